"""How long each stage has stood still with work before it: sampled while a fault is on and after it."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

import asyncpg
from faults.judge import is_message
from faults.tally import Tally

SAMPLE_SECONDS: Final = 0.2
ROWS_SECONDS: Final = 1.0


class Watch:
    """``longest`` is the longest that any stage of any partition stood still, in seconds."""

    def __init__(self, tally: Tally, partitions: int, rows: Callable[[], Awaitable[int]]) -> None:
        self.longest = 0.0
        self.where = ""
        self.rows = 0
        self._tally = tally
        self._partitions = range(partitions)
        self._count = rows
        self._done: dict[str, int] = {}
        self._moved: dict[str, float] = {}
        self._messages: set[tuple[int, int]] = set()
        self._looked: set[tuple[int, int]] = set()

    def healed(self) -> None:
        """The fault is over: what follows counts, not what went before."""
        self.longest, self.where = 0.0, ""
        now = time.monotonic()
        self._moved = dict.fromkeys(self._moved, now)

    @property
    def still(self) -> float:
        """Seconds since anything moved."""
        return time.monotonic() - max(self._moved.values(), default=time.monotonic())

    @property
    def complete(self) -> bool:
        """Whether every record is answered, folded in and in the database."""
        return not any(lag for _, lag in self._stages().values())

    @property
    def waiting(self) -> dict[str, tuple[int, int]]:
        """Stage and partition -> how much is done, how much waits, where something does."""
        return {name: figures for name, figures in self._stages().items() if figures[1]}

    async def run(self) -> None:
        """Sample until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._sample())
            tasks.create_task(self._count_rows())

    async def _sample(self) -> None:
        while True:
            now = time.monotonic()
            for name, (done, lag) in self._stages().items():
                if done != self._done.get(name) or not lag:
                    self._done[name], self._moved[name] = done, now
                idle = now - self._moved[name]
                if idle > self.longest:
                    self.longest, self.where = idle, name
            await asyncio.sleep(SAMPLE_SECONDS)

    async def _count_rows(self) -> None:
        while True:
            with suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                self.rows = await self._count()
            await asyncio.sleep(ROWS_SECONDS)

    def _stages(self) -> dict[str, tuple[int, int]]:
        """Stage and partition -> how much is done, how much waits."""
        tally = self._tally
        asked = {p: 0 for p in self._partitions}
        answered = dict(asked)
        for partition, _ in tally.chat:
            asked[partition] += 1
        for (partition, _), _count in tally.answers.items():
            answered[partition] += 1
        stages = {f"worker {p}": (answered[p], max(asked[p] - answered[p], 0)) for p in self._partitions}
        for p in self._partitions:
            stages[f"state {p}"] = (tally.folded[p], max(tally.scored[p] - tally.folded[p], 0))
        stages["recorder"] = (self.rows, max(self._rows_due() - self.rows, 0))
        return stages

    def _rows_due(self) -> int:
        tally = self._tally
        for place in tally.chat.keys() - self._looked:
            self._looked.add(place)
            if is_message(tally.chat[place]):
                self._messages.add(place)
        return len(self._messages) + len(tally.answers) + len(tally.raised)
