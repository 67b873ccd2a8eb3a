"""``emotionstream publish``."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer

from emotionstream.cli.chat_lines import Defaults, LineFormat
from emotionstream.cli.choices import answers, one_of
from emotionstream.cli.lines import Line, is_standard_input, opened, read_lines
from emotionstream.cli.publish_report import JsonReport, PlainReport
from emotionstream.cli.publish_run import Job, PublishRun
from emotionstream.schemas.settings.intake import IntakeSettings


def command(
    file: Annotated[
        Path | None,
        typer.Argument(dir_okay=False, help="File with a JSON object a line; `-` or nothing: standard input."),
    ] = None,
    *,
    text: Annotated[list[str] | None, typer.Option(help="Publish this text; may be given several times.")] = None,
    user: Annotated[str | None, typer.Option(help="Pseudonymous id of the learner, for lines that do not say.")] = None,
    session: Annotated[
        str | None, typer.Option(help="Session, for lines that do not say. Default: a new one for this run.")
    ] = None,
    engagement: Annotated[
        float | None, typer.Option(min=0, max=1, help="How engaged the learner is, for --text and plain lines.")
    ] = None,
    cognitive_load: Annotated[
        float | None, typer.Option(min=0, max=1, help="How loaded the learner is, for --text and plain lines.")
    ] = None,
    consent: Annotated[
        bool, typer.Option("--consent", help="--text and plain lines may be used for training. Default: they may not.")
    ] = False,
    line_format: Annotated[
        LineFormat | None,
        typer.Option(
            "--format",
            parser=one_of(LineFormat),
            metavar=answers(LineFormat),
            help="jsonl, text, or auto (JSON where a line starts with {). Default: jsonl for "
            "a file, auto for standard input.",
        ),
    ] = None,
    follow: Annotated[
        bool, typer.Option(help="Print each message's emotion, PAD and latency as its result comes back.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """Publish chat messages: each text or line is one message.

    A JSON line has the fields of a chat message (docs/schemas): text, and as far as known user_id, session_id,
    message_id, sent_at, role, engagement, cognitive_load, time_factor, training_consent. What is missing of
    message_id, sent_at and session_id is filled in; user_id only by --user, without which every line must have it.
    A bad line is told on standard error with its number, and the rest goes on.

    \b
    Examples:
      emotionstream publish --user ada --text "I am lost" --follow
      emotionstream publish chat.jsonl
      cat lines.txt | emotionstream publish --user ada

    \b
    Exit codes:
      0    every line was published (with --follow: and got its result)
      1    a line was bad, not acknowledged, rejected or without a result
      2    the command line is wrong
      3    a setting is wrong, or no Kafka is named
      4    Kafka does not answer
      5    a topic is missing
      130  Ctrl-C
    """
    _check(file, text, user)
    context = _context(engagement, cognitive_load, consent)
    defaults = Defaults(user, session or f"cli-{uuid4()}", context)
    report = JsonReport() if as_json else PlainReport(show_positions=bool(text))
    with _source(file, text) as (lines, size), _progress(size, shown=not (follow or as_json or text)) as progress:
        chosen = LineFormat.TEXT if text else line_format or _format_of(file)
        run = PublishRun(Job(lines, chosen, defaults, follow, progress, skip_blank=not text), report)
        asyncio.run(run.run())
    raise typer.Exit(0 if run.tally.clean else 1)


def _check(file: Path | None, text: list[str] | None, user: str | None) -> None:
    """Refuse options that do not go together."""
    if text and file is not None:
        raise typer.BadParameter("give --text or a file, not both")
    if text and user is None:
        raise typer.BadParameter("--text needs --user, the learner's pseudonymous id")


def _format_of(file: Path | None) -> LineFormat:
    return LineFormat.AUTO if is_standard_input(file) else LineFormat.JSONL


def _context(engagement: float | None, cognitive_load: float | None, consent: bool) -> dict[str, Any]:
    """The fields that options give to plain text; what is not known is left out."""
    given = {"engagement": engagement, "cognitive_load": cognitive_load, "training_consent": consent or None}
    return {name: value for name, value in given.items() if value is not None}


@contextmanager
def _source(file: Path | None, text: list[str] | None) -> Iterator[tuple[AsyncIterator[Line], int | None]]:
    """The lines, and their size in bytes where it is known."""
    limit = IntakeSettings.load().max_value_bytes
    if text:
        yield _texts(text), None
        return
    if is_standard_input(file) and sys.stdin.isatty():
        typer.echo("Type a message a line; Ctrl-D ends.", err=True)
    with opened(file) as (descriptor, size):
        yield read_lines(descriptor, limit), size


async def _texts(texts: list[str]) -> AsyncIterator[Line]:
    for number, text in enumerate(texts, start=1):
        data = text.encode(errors="surrogateescape")
        yield Line(number, data, len(data))


@contextmanager
def _progress(size: int | None, shown: bool) -> Iterator[Callable[[int], None]]:
    """Advances a bar on the terminal by a line's bytes; does nothing elsewhere."""
    if not (shown and sys.stderr.isatty()):
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("publishing"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("publishing", total=size)
        yield lambda done: bar.advance(task, done)
