"""The demo on a terminal: a table of learners, and the interventions as they come."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Protocol

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from emotionstream.cli.demo.board import Board, Raised, Row
from emotionstream.cli.demo.tally import Tally
from emotionstream.schemas.affect import InterventionLevel, Pad, TrajectoryKind

LEVEL_STYLES: Final = {
    InterventionLevel.NONE: "dim",
    InterventionLevel.PREVENTIVE: "cyan",
    InterventionLevel.MILD: "yellow",
    InterventionLevel.MODERATE: "dark_orange",
    InterventionLevel.SIGNIFICANT: "red",
    InterventionLevel.CRITICAL: "bold white on red",
}
TRENDS: Final = {
    TrajectoryKind.IMPROVING: Text("↗ improving", "green"),
    TrajectoryKind.DECLINING: Text("↘ declining", "red"),
    TrajectoryKind.STABLE_POSITIVE: Text("→ well", "green"),
    TrajectoryKind.STABLE_NEGATIVE: Text("→ low", "red"),
    TrajectoryKind.STABLE_NEUTRAL: Text("→ steady", "dim"),
}
_BARS: Final = "▁▂▃▄▅▆▇█"
_EVIDENCE: Final = re.compile(r" \([^()]*\)$")
"""The figures at the end of a reason: the picture has no room for them, the plain lines have them."""


class Screen(Protocol):
    """Where the demo shows itself. It reads the board and the tally, and never changes them."""

    def note(self, text: str) -> None:
        """One line about the demo itself."""

    def update(self) -> None:
        """The board or the tally has changed."""

    def raised(self, raised: Raised) -> None:
        """An intervention came."""


class LiveScreen:
    """Redraws one picture. ``update`` draws: call it as often as the screen should move."""

    def __init__(self, live: Live, board: Board, tally: Tally, total: int) -> None:
        self._live, self._board, self._tally, self._total = live, board, tally, total

    def note(self, text: str) -> None:
        """Printed above the picture."""
        self._live.console.print(Text(text, "dim"))

    def update(self) -> None:
        """Draw the picture anew."""
        self._live.update(picture(self._board, self._tally, self._total), refresh=True)

    def raised(self, raised: Raised) -> None:
        """Shown by the next ``update``: the board has it."""


class PlainScreen:
    """Plain lines: for a file, a pipe, or beside JSON."""

    def __init__(self, console: Console, tally: Tally, total: int, every: int) -> None:
        self._console, self._tally, self._total, self._every = console, tally, total, every
        self._next = every

    def note(self, text: str) -> None:
        """One line."""
        self._print(text)

    def update(self) -> None:
        """A line of progress each ``every`` results."""
        if (done := len(self._tally.results)) >= self._next:
            self._print(f"{done} of {self._total} messages scored, {len(self._tally.interventions)} interventions")
            self._next = done - done % self._every + self._every

    def raised(self, raised: Raised) -> None:
        """One line: level, learner, reasons."""
        self._print(f"{raised.level.value:<11} {raised.name}: {'; '.join(raised.words)}")

    def _print(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def live_screen(console: Console, board: Board, tally: Tally, total: int) -> Iterator[LiveScreen]:
    """The picture as long as the context lasts; the last one stays."""
    with Live(console=console, auto_refresh=False, transient=False) as live:
        yield LiveScreen(live, board, tally, total)


def picture(board: Board, tally: Tally, total: int) -> RenderableType:
    """Learners above, interventions below."""
    return Group(_learners(board, tally, total), _interventions(board))


def _learners(board: Board, tally: Tally, total: int) -> Table:
    counts = f"{len(tally.results)} of {total} messages scored · {len(tally.interventions)} interventions"
    table = Table(title=f"The classroom · {counts}", expand=True, title_justify="left", box=None, padding=(0, 1))
    table.add_column("learner", no_wrap=True, min_width=9)
    table.add_column("last message", no_wrap=True, ratio=1)
    table.add_column("emotion", no_wrap=True, min_width=20)
    table.add_column("P A D", no_wrap=True, min_width=5)
    table.add_column("trend", no_wrap=True, min_width=11)
    table.add_column("last help", no_wrap=True, min_width=11)
    for user in board.shown:
        table.add_row(*_cells(board.rows[user]))
    return table


def _cells(row: Row) -> tuple[RenderableType, ...]:
    said = Text(row.text, overflow="ellipsis")
    if row.tutor:
        said.append(f"  tutor: {row.tutor}", "italic dim")
    emotion = f"{row.emotion.replace('_', ' ')} {row.confidence:.2f}" if row.emotion else ""
    trend = TRENDS[row.trend.kind] if row.trend else Text("")
    return Text(row.seat.name, "bold"), said, emotion, _pad(row.pad), trend, _level(row.level)


def _pad(pad: Pad | None) -> Text:
    """Three bars: pleasure from red to green, arousal and dominance."""
    if pad is None:
        return Text("")
    p, a, d = (_BARS[min(int(value * len(_BARS)), len(_BARS) - 1)] for value in pad.as_tuple())
    colour = "red" if pad.pleasure < 1 / 3 else "green" if pad.pleasure > 2 / 3 else "yellow"
    return Text.assemble((p, colour), " ", a, " ", d)


def _level(level: InterventionLevel) -> Text:
    return Text("" if level is InterventionLevel.NONE else level.value, LEVEL_STYLES[level])


def _interventions(board: Board) -> Panel:
    lines = [
        Text.assemble((f"{raised.level.value:<11} ", LEVEL_STYLES[raised.level]), (raised.name, "bold"), ": ")
        + Text("; ".join(_EVIDENCE.sub("", word) for word in raised.words))
        for raised in board.latest
    ]
    for line in lines:
        line.no_wrap, line.overflow = True, "ellipsis"
    lines += [Text("")] * (board.interventions_shown - len(lines))
    return Panel(Group(*lines), title="interventions", title_align="left", border_style="dim")
