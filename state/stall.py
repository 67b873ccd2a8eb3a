"""How long something has not moved: the rebuilding of a table, or the event loop itself."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from emotionstream.schemas.errors import StalledError
from emotionstream.schemas.settings.table import TableSettings

Leave = Callable[[StalledError], object]
"""Ends the process, at once: what is under way must not be finished."""


class Stall:
    """How long a figure has stood still: a rebuild of any length is well as long as it goes on."""

    def __init__(self, now: float) -> None:
        self._figure: int | None = None
        self._since = now

    def seconds(self, figure: int, now: float) -> float:
        """Seconds, at ``now`` (seconds), since ``figure`` was another one."""
        if figure != self._figure:
            self._figure, self._since = figure, now
        return now - self._since


class LoopGuard:
    """Ends a process whose event loop stood still for longer than half the session timeout.

    Suspended, starved or blocked for so long, an instance may have lost its partitions without having heard of it.
    Nothing fences a changelog: what it would still write would stand there as newer than its successor's states.
    A thread looks, since a loop that stands still cannot; and the loop itself, whenever it would change something,
    since after a suspension it may be awake before the thread is.
    """

    def __init__(self, settings: TableSettings, leave: Leave, now: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._leave = leave
        self._now = now
        self._beat_at: float | None = None

    def check(self) -> None:
        """Leave where the last beat is too long ago. Before the first, and after the last, nothing is asked."""
        beat_at = self._beat_at  # The loop's thread may end the watch meanwhile.
        still = 0 if beat_at is None else self._now() - beat_at
        if still > self._settings.stall_seconds:
            limit = f"{self._settings.stall_seconds:g} s, half of EMOTIONSTREAM_TABLE_SESSION_TIMEOUT_SECONDS"
            self._leave(StalledError(f"the state stage stood still for {still:.1f} s (at most {limit})"))

    def beat(self) -> None:
        """The event loop turns; but not after it stood still for too long."""
        self.check()
        self._beat_at = self._now()

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Beat, and look, for as long as the context lasts."""
        over = threading.Event()
        thread = threading.Thread(target=self._look, args=(over,), name="loop guard", daemon=True)
        self.beat()
        beating = asyncio.create_task(self._keep_beating())
        thread.start()
        try:
            yield
        finally:
            over.set()
            beating.cancel()
            self._beat_at = None

    async def _keep_beating(self) -> None:
        while True:
            self.beat()
            await asyncio.sleep(self._settings.beat_seconds)

    def _look(self, over: threading.Event) -> None:
        while not over.wait(self._settings.beat_seconds):
            self.check()
