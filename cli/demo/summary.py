"""What a person reads when the demo is over."""

import shlex
import shutil
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from emotionstream.cli.demo.report import DemoReport, Percentiles


def print_summary(console: Console, report: DemoReport, sessions: tuple[str, ...]) -> None:
    """The figures, then what to type next."""
    table = Table(show_header=False, box=None, padding=(0, 2))
    table.add_column(style="dim")
    table.add_column()
    for name, value in figures(report):
        table.add_row(name, value)
    console.print()
    console.print(table)
    console.print()
    activate = activation(shutil.which("emotionstream"), Path(sys.prefix), Path.cwd())
    for words, does in [*activate, *next_commands(report.run, sessions)]:
        console.print(Text.assemble("  ", (words, "bold")), soft_wrap=True)
        console.print(Text(f"      {does}", "dim"), soft_wrap=True)


def figures(report: DemoReport) -> list[tuple[str, str]]:
    """Name and value of each figure."""
    levels = ", ".join(f"{count} {level}" for level, count in report.interventions.items()) or "none"
    return [
        ("published", f"{report.published} learner messages, {report.context_messages} of tutors"),
        ("in Kafka", f"{report.results} results, {report.duplicates} duplicates, {report.rejected} rejected"),
        ("in PostgreSQL", f"{report.history_rows} results, {report.history_interventions} interventions"),
        ("interventions", levels),
        ("to result", _percentiles(report.latency_ms.to_result)),
        ("to intervention", _percentiles(report.latency_ms.to_intervention)),
        *([("", "all was sent at once: this is mostly the wait in the queue")] if report.fast else []),
        ("pace", f"{report.messages_per_second:g} messages a second"),
        ("engine", f"{report.engine.backend} on {report.engine.device}, {report.engine.model} {report.engine.version}"),
        ("services", f"Kafka {_service(report, 'kafka')}, PostgreSQL {_service(report, 'postgres')}"),
        ("took", f"{report.seconds:.1f} s"),
    ]


def activation(on_path: str | None, environment: Path, folder: Path) -> list[tuple[str, str]]:
    """How a person who is in ``folder`` gets at the program of the virtual ``environment``; nothing where it is there.

    Pure but for a look whether the environment has an ``activate``.
    """
    script = environment / "bin" / "activate"
    if on_path is not None or not script.is_file():
        return []
    near = script.relative_to(folder) if script.is_relative_to(folder) else script
    return [(f"source {shlex.quote(str(near))}", "once in each terminal: makes `emotionstream` a command")]


def next_commands(run: str, sessions: tuple[str, ...]) -> list[tuple[str, str]]:
    """What to type next, and what it does. ``sessions``: of this run."""
    example = sessions[0] if sessions else f"a01-{run}"
    return [
        ("emotionstream up", "run the stream on, with the demo's data, until Ctrl-C; the rest in another terminal"),
        (
            'emotionstream publish --user ada --session s1 --text "i still dont get it" --follow',
            "say something as a learner, and see what comes back",
        ),
        ("emotionstream interventions tail --from-beginning", "every intervention so far, then each as it comes"),
        ("emotionstream sessions list", "what is recorded"),
        (f"emotionstream replay --session {example} --to lesson.parquet", "run a session through the model again"),
    ]


def _percentiles(found: Percentiles) -> str:
    if found.p50 is None:
        return "nothing to measure"
    return f"p50 {found.p50:g} ms, p95 {found.p95:g} ms, p99 {found.p99:g} ms"


def _service(report: DemoReport, name: str) -> str:
    service = getattr(report, name)
    return f"{service.version}{' (embedded)' if service.embedded else ''}"
