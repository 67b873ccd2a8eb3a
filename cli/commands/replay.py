"""``emotionstream replay``: recorded sessions through any model, into a table for training."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from emotionstream.cli.checkpoint import chosen_checkpoint
from emotionstream.cli.times import check_range, parse_time

if TYPE_CHECKING:
    from emotionstream.history.reader import SessionFilter
    from emotionstream.producers.replay import Fold, Replayer
    from emotionstream.producers.replay_report import ReplayReport


@dataclass(frozen=True, slots=True)
class Export:
    """Where the rows go, and whose text with them."""

    file: Path
    with_text: bool
    without_consent: bool


def command(
    *,
    to: Annotated[Path, typer.Option("--to", dir_okay=False, help="The Parquet file to write, FILE.parquet.")],
    session: Annotated[str | None, typer.Option(help="This session.")] = None,
    user: Annotated[str | None, typer.Option(help="Only this learner.")] = None,
    since: Annotated[
        datetime | None, typer.Option(parser=parse_time, metavar="TIME", help="Messages sent from then on (ISO 8601).")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(parser=parse_time, metavar="TIME", help="Messages sent before (ISO 8601).")
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="A checkpoint's name or path. Default: the live one (EMOTIONSTREAM_MODEL_NAME).")
    ] = None,
    with_text: Annotated[
        bool, typer.Option("--with-text", help="Write the texts of messages whose learner consented to training.")
    ] = False,
    without_consent: Annotated[
        bool, typer.Option("--without-consent", help="With --with-text: all texts. For an audit, not for training.")
    ] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="End with exit code 1 unless every recorded result came out the same.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as one JSON object.")] = False,
) -> None:
    """Run recorded messages through a model and the learner's state, and write one row per message.

    A row holds what the model says now, the learner's state after it, the intervention that would be raised, what was
    recorded, how the tutor answered, and whether all that is the same. A state depends on everything the learner said
    before, so the fold starts at the learner's first recorded result; where older ones were dropped
    (EMOTIONSTREAM_HISTORY_LIMIT), `history_truncated` says so.

    \b
    Examples:
      emotionstream replay --session algebra-1 --to algebra-1.parquet --verify
      emotionstream replay --since 2026-03-01 --model ./runs/new --to march.parquet --with-text

    \b
    Exit codes:
      0  written
      1  nothing fits, the file cannot be written, or --verify found a difference
      2  the command line is wrong
      3  a setting is wrong
      4  PostgreSQL does not answer
      6  the checkpoint cannot be used
    """
    from emotionstream.history.reader import SessionFilter

    wanted = SessionFilter(since=since, until=until, user_id=user, session_id=session)
    _check_wanted(wanted)
    if without_consent and not with_text:
        raise typer.BadParameter("--without-consent says whose texts --with-text writes: give both")
    if to.suffix.lower() != ".parquet":
        raise typer.BadParameter(f"--to {to}: a Parquet file is written, so its name must end in .parquet")
    report = asyncio.run(_replay(wanted, model, Export(to, with_text, without_consent)))
    _tell(report, to, as_json)
    if verify and not report.is_exact:
        raise typer.Exit(1)


def _check_wanted(wanted: "SessionFilter") -> None:
    """Refuse what nothing can fit, and everything at once."""
    for option, name in (("--session", wanted.session_id), ("--user", wanted.user_id)):
        if name == "":
            raise typer.BadParameter(f"{option} is empty: `emotionstream sessions list` shows what there is")
    if wanted == type(wanted)():
        raise typer.BadParameter("say what to replay: --session, --user, --since or --until")
    check_range(wanted.since, wanted.until)


async def _replay(wanted: "SessionFilter", model: str | None, export: Export) -> "ReplayReport":
    from emotionstream.producers.replay_file import cells, check_writable, replay_file
    from emotionstream.producers.replay_report import ReplayReport

    choice = {"with_text": export.with_text, "without_consent": export.without_consent}
    check_writable(export.file)
    async with open_replayer(wanted, model) as replayer:
        info = replayer.engine.info
        report = ReplayReport(info)
        with replay_file(export.file, info.model_dump(), replayer.settings) as file:
            async for row in replayer.rows(wanted):
                report.add(row, **choice)
                file.add(cells(row, **choice))
    return report


@asynccontextmanager
async def open_replayer(wanted: "SessionFilter", model: str | None) -> "AsyncIterator[Replayer]":
    """A replayer over the environment's history, with the checkpoint ``model`` (None: the live one).

    The model is loaded only where something fits ``wanted``.

    Raises:
        ReplayError: nothing that is recorded fits.
        SettingsError, CheckpointError, ServiceUnavailableError: as their messages say.
    """
    from emotionstream.cli.endpoints import named_database
    from emotionstream.history.store import open_history
    from emotionstream.inference import open_engine
    from emotionstream.producers.replay import Replayer, learners
    from emotionstream.schemas.settings.engine import EngineSettings
    from emotionstream.schemas.settings.history import HistorySettings
    from emotionstream.schemas.settings.replay import ReplaySettings

    checkpoint, settings = chosen_checkpoint(model), ReplaySettings.load()
    fold = _fold(checkpoint)
    async with open_history(named_database(), HistorySettings.load()) as history:
        await learners(history, wanted)
        async with open_engine(checkpoint, EngineSettings.load(prewarm=False)) as engine:
            yield Replayer(history, engine, fold, settings)


def _fold(checkpoint: Path) -> "Fold":
    from emotionstream.schemas.checkpoint import POLICY
    from emotionstream.schemas.settings.state import StateSettings
    from emotionstream.state.learner import advance
    from emotionstream.state.policy import InterventionPolicy

    return partial(advance, policy=InterventionPolicy.load(checkpoint / POLICY), settings=StateSettings.load())


def _tell(report: "ReplayReport", file: Path, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"file": str(file), **report.as_json()}))
        return
    from emotionstream.cli.replay_lines import report_lines

    for line in report_lines(report, file):
        typer.echo(line)
    sys.stdout.flush()
