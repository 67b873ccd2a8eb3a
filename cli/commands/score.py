"""``emotionstream score``: texts in, emotions out, without Kafka."""

import asyncio
import json
import sys
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from emotionstream.cli.checkpoint import chosen_checkpoint
from emotionstream.cli.lines import is_standard_input, name_of, opened
from emotionstream.schemas.emotions import EMOTIONS
from emotionstream.schemas.errors import InvalidMessageError
from emotionstream.schemas.settings.engine import EngineSettings

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from emotionstream.cli.score_run import Numbered, ScoreRun
    from emotionstream.inference.abstention import AbstentionRule
    from emotionstream.inference.engine import Engine
    from emotionstream.inference.scoring import Score

TOP = 5
"""Emotions that are shown."""
_INVITATION = "Type a text a line; Ctrl-D ends."


def command(
    texts: Annotated[list[str] | None, typer.Argument(help="Texts to score.")] = None,
    *,
    file: Annotated[
        Path | None,
        typer.Option(help="File with a text, or a JSON object with `text`, a line; `-` or nothing: standard input."),
    ] = None,
    model: Annotated[str | None, typer.Option(help="Checkpoint, by name or path; else from the settings.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a text on standard output.")] = False,
) -> None:
    """Score texts: emotion, the top five, PAD, readiness and confidence.

    Lines are answered as they come, each under its number; a blank one is passed over. A JSON line may also say
    `engagement`, `cognitive_load` and `time_factor`, each in [0, 1]; other fields are passed over. An answer is
    uncertain where its confidence is below the checkpoint's threshold, or EMOTIONSTREAM_ABSTENTION_THRESHOLD.

    Exit codes: 0 every text has a score, 1 one has none (an empty one or a bad line, say: the others go on), 2 the
    command line is wrong, 3 a setting, 6 the checkpoint, 7 a package is missing, 130 Ctrl-C.
    """
    from emotionstream.cli.extras import require_scoring

    require_scoring()
    from emotionstream.cli.score_run import ScoreRun, given, read
    from emotionstream.cli.texts import no_texts
    from emotionstream.inference.abstention import AbstentionRule
    from emotionstream.inference.engine import open_engine
    from emotionstream.schemas.settings.abstention import AbstentionSettings

    if texts and file is not None:
        raise typer.BadParameter("give texts or --file, not both")
    if texts == ["-"]:
        texts = None
    checkpoint = chosen_checkpoint(model)
    rule = AbstentionRule.read(checkpoint, AbstentionSettings.load())

    def tell(number: int, row: "Score | str") -> None:
        typer.echo(json.dumps(as_fields(number, row, rule)) if as_json else describe(number, row, rule))

    # Nobody waits for a second text: a shape is prepared when it comes up.
    settings = EngineSettings.load(prewarm=False)
    run = ScoreRun(tell, settings.batch_items)
    if texts:
        asyncio.run(_score(run, open_engine(checkpoint, settings), given(texts)))
    else:
        with opened(file) as (descriptor, _):
            person = is_standard_input(file) and sys.stdin.isatty()
            lines = read(descriptor, name_of(file))
            asyncio.run(_score(run, open_engine(checkpoint, settings), lines, _INVITATION if person else ""))
    if not run.scored + run.rejected:
        raise InvalidMessageError(no_texts(name_of(file)))
    if run.rejected:
        raise typer.Exit(1)


async def _score(run: "ScoreRun", opening: "Engine", batches: "AsyncGenerator[list[Numbered]]", say: str = "") -> None:
    async with opening as engine, aclosing(batches):
        if say:
            typer.echo(say, err=True)
        await run.run(engine, batches)


def as_fields(number: int, row: "Score | str", rule: "AbstentionRule") -> dict[str, Any]:
    """One row for ``--json``. ``line`` is the line's number from 1, or the argument's; the text is not repeated.

    ``uncertain`` is null where there is no rule.
    """
    if isinstance(row, str):
        return {"line": number, "rejected": row}
    return {
        "line": number,
        "emotion": row.primary_emotion,
        "confidence": row.confidence,
        "uncertain": rule.uncertain(row.confidence),
        "top": dict(top(row)),
        "pad": row.pad.model_dump(),
        "readiness": row.readiness.model_dump(mode="json"),
        "truncated": row.truncated,
        "tokens": row.tokens,
    }


def describe(number: int, row: "Score | str", rule: "AbstentionRule") -> str:
    """One row for a person to read."""
    if isinstance(row, str):
        return f"{number}: not scored: {row}"
    pad = row.pad
    doubt = f", uncertain: below {rule.threshold:.0%}" if rule.uncertain(row.confidence) else ""
    return "\n".join(
        [
            f"{number}: {row.primary_emotion} ({row.confidence:.0%}{doubt})"
            + (f", text was cut: {row.tokens} tokens of its start and end were read" if row.truncated else ""),
            "   " + ", ".join(f"{name} {share:.0%}" for name, share in top(row)),
            f"   pleasure {pad.pleasure:.2f}, arousal {pad.arousal:.2f}, dominance {pad.dominance:.2f}, "
            f"readiness {row.readiness.score:.2f} ({row.readiness.state.value.replace('_', ' ')})",
        ]
    )


def top(score: "Score") -> list[tuple[str, float]]:
    """The most probable emotions, largest first."""
    return sorted(zip(EMOTIONS, score.probabilities, strict=True), key=lambda pair: -pair[1])[:TOP]
