"""``emotionstream demo``: a classroom chats, the stream scores it, interventions appear."""

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

import typer

from emotionstream.schemas.errors import IncompleteRunError

if TYPE_CHECKING:
    from rich.console import Console

    from emotionstream.cli.demo.lesson import Lesson
    from emotionstream.cli.demo.report import DemoReport
    from emotionstream.cli.demo.run import Wanted
    from emotionstream.schemas.settings.demo import DemoSettings

INTERRUPTED = 130


def command(
    fast: Annotated[bool, typer.Option("--fast", help="As fast as it goes, instead of a pace to watch.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output at the end.")] = False,
    sessions: Annotated[int | None, typer.Option(min=1, help="Only the first so many sessions.")] = None,
    rate: Annotated[float | None, typer.Option(min=0.1, help="Messages a second, without --fast.")] = None,
) -> None:
    """A classroom chats, the stream scores it, interventions appear.

    Starts every part as a process of its own, and Kafka and PostgreSQL where none is named; stops them at the end.

    Exit codes: 0 every message came out exactly once, 1 one is missing or doubled, 3 a setting, 4 a service does not
    answer, 5 topics, 6 the checkpoint, 7 a package is missing, 8 an embedded service.
    """
    from rich.console import Console

    from emotionstream.cli.demo.run import Wanted
    from emotionstream.cli.demo.summary import print_summary
    from emotionstream.schemas.settings.demo import DemoSettings

    given: dict[str, Any] = {} if rate is None else {"rate": rate}
    settings = DemoSettings.load(**given)
    console = Console(stderr=json)
    wanted = Wanted(fast=fast, live=console.is_terminal and not json, sessions=sessions)
    report, lesson = _play(wanted, settings, console)
    if json:
        typer.echo(report.model_dump_json(indent=2))
    else:
        print_summary(console, report, lesson.sessions)
    if not report.whole:
        raise IncompleteRunError(
            f"not every message came out exactly once: {report.published} published, {report.results} results, "
            f"{report.duplicates} duplicates, {report.rejected} rejected, {report.history_rows} in PostgreSQL. "
            "The parts' logs are in the data folder, under parts"
        )


def _play(wanted: "Wanted", settings: "DemoSettings", console: "Console") -> "tuple[DemoReport, Lesson]":
    """Run the demo to its end. Ctrl-C and SIGTERM stop all that it started, and then the program."""
    from emotionstream.cli.demo.run import run_demo
    from emotionstream.cli.interruption import until_signal

    ended: list[tuple[DemoReport, Lesson]] = []

    async def run() -> None:
        ended.append(await run_demo(wanted, settings, console))

    if asyncio.run(until_signal(run(), lambda line: console.print(line, style="dim", markup=False))):
        raise typer.Exit(INTERRUPTED)
    return ended[0]
