"""How long something has not moved, and what a stage does that has stood still for too long."""

import asyncio
import threading
import time

from emotionstream.schemas.errors import StalledError
from emotionstream.schemas.settings.table import TableSettings
from emotionstream.state.stall import LoopGuard, Stall

TABLE = TableSettings(session_timeout_seconds=6.0)


def test_what_moves_has_no_stall_however_long_it_takes() -> None:
    """Ten hours of rebuilding are well: each look finds it further on, or going back (another instance joined)."""
    stall = Stall(0.0)
    for hour in range(10):
        assert stall.seconds(hour % 7, 3_600.0 * hour) == 0.0


def test_a_stall_is_counted_from_the_last_move() -> None:
    """From the start where nothing has moved at all."""
    stall = Stall(100.0)
    assert [stall.seconds(0, now) for now in (100.0, 130.0, 160.0)] == [0.0, 30.0, 60.0]
    assert [stall.seconds(5, now) for now in (170.0, 175.0)] == [0.0, 5.0]


class Clock:
    """A clock that is set by hand, and what was said to it."""

    def __init__(self) -> None:
        self.now = 100.0
        self.left: list[StalledError] = []

    def guard(self) -> LoopGuard:
        """A guard by this clock."""
        return LoopGuard(TABLE, self.left.append, lambda: self.now)


def test_a_loop_that_stood_still_for_over_half_the_session_timeout_must_leave() -> None:
    """Not before, and not by the beat that comes after the stall: that one must not hide it."""
    clock = Clock()
    guard = clock.guard()
    guard.check()
    guard.beat()
    clock.now += 3.0
    guard.check()
    guard.beat()
    assert not clock.left
    clock.now += 3.1
    guard.beat()
    assert [str(error) for error in clock.left] == [
        "the state stage stood still for 3.1 s (at most 3 s, half of EMOTIONSTREAM_TABLE_SESSION_TIMEOUT_SECONDS)"
    ]
    assert clock.left[0].exit_code == 72


def test_a_watch_that_ends_while_it_is_asked_is_no_error() -> None:
    """The thread asks while the loop ends the watch: between its two looks there is no beat any more."""
    clock = Clock()
    guard = clock.guard()
    guard.beat()

    def end_and_tell() -> float:
        guard._beat_at = None
        return 100.0

    guard._now = end_and_tell
    guard.check()
    assert not clock.left


async def test_a_blocked_loop_is_seen_from_outside() -> None:
    """The guard's thread sees what the loop itself cannot; once it is not watched any more nobody asks."""
    left: list[StalledError] = []
    seen = threading.Event()

    def leave(error: StalledError) -> None:
        left.append(error)
        seen.set()

    quick = TABLE.model_copy(update={"session_timeout_seconds": 0.4})
    guard = LoopGuard(quick, leave)
    async with guard.watching():
        assert seen.wait(30)  # The loop is to stand still.
        left.clear()
    async with guard.watching():
        await asyncio.sleep(0.05)
    left.clear()  # A machine that is busy may have stalled it once more.
    time.sleep(0.3)  # noqa: ASYNC251 - longer than it may while it is watched
    guard.check()
    assert not left
