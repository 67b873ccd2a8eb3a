"""What is in flight: how much, of which assignment of partitions, and in which order."""

import asyncio
import sys
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import islice

from emotionstream.consumers.emotion_worker.item import Item


class Flow:
    """Counts the messages between "taken" and "delivered" and their bytes, and how often each partition was given up.


    ``record_bytes`` is the most that one message may have. (Kafka counts compressed bytes: one that is larger unpacked
    may exceed ``max_bytes``, and then nothing more is taken until it has left.)
    """

    def __init__(self, limit: int, max_bytes: int = sys.maxsize, record_bytes: int = 1) -> None:
        self._limit = limit
        self._max_bytes = max_bytes
        self._record_bytes = record_bytes
        self._changed = asyncio.Event()
        self._bytes = 0
        self._epochs: Counter[int] = Counter()
        self.in_flight = 0

    @property
    def room(self) -> int:
        """How many more messages may be taken, however large they turn out to be."""
        return min(self._limit - self.in_flight, (self._max_bytes - self._bytes) // self._record_bytes)

    def enter(self, count: int, size: int = 0) -> None:
        """``count`` messages of ``size`` bytes together were taken."""
        self.in_flight += count
        self._bytes += size

    def leave(self, count: int, size: int = 0) -> None:
        """``count`` messages of ``size`` bytes together were delivered or dropped."""
        self.in_flight -= count
        self._bytes -= size
        self._changed.set()

    def epoch(self, partition: int) -> int:
        """How often ``partition`` was given up."""
        return self._epochs[partition]

    def give_up(self, partitions: Iterable[int]) -> None:
        """What is in flight of ``partitions`` is to be dropped: it is done again from the committed offset."""
        self._epochs.update(partitions)

    def drop_stale(self, items: Sequence[Item]) -> list[Item]:
        """``items`` without those whose partitions have been given up since: they are done again."""
        kept = [item for item in items if item.epoch == self.epoch(item.record.position.partition)]
        if len(kept) < len(items):
            self.leave(len(items) - len(kept), size_of(items) - size_of(kept))
        return kept

    async def wait_for_room(self, seconds: float) -> bool:
        """Whether something may be taken, now or within ``seconds``."""
        return self.room > 0 or await self._wait(seconds)

    async def wait_until_empty(self, seconds: float) -> bool:
        """Whether nothing is in flight, now or within ``seconds``."""
        try:
            async with asyncio.timeout(seconds):
                while self.in_flight:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True

    async def _wait(self, seconds: float) -> bool:
        self._changed.clear()
        try:
            await asyncio.wait_for(self._changed.wait(), seconds)
        except TimeoutError:
            return False
        return self.room > 0


def size_of(items: Iterable[Item]) -> int:
    """Bytes of the records of ``items``."""
    return sum(item.record.size for item in items)


class Inbox:
    """Items that wait for the device, in the order in which they came. ``Flow`` bounds how many there are."""

    def __init__(self) -> None:
        self._items: deque[Item] = deque()
        self._changed = asyncio.Event()
        self._taken = asyncio.Event()
        self._closed = False

    def put(self, items: Iterable[Item]) -> None:
        """Add ``items`` behind those that wait."""
        self._items.extend(items)
        self._changed.set()

    def close(self) -> None:
        """Nothing more will come."""
        self._closed = True
        self._changed.set()

    async def take(self, max_messages: int, max_tokens: int) -> list[Item]:
        """Whatever waits, up to a budget, as soon as anything waits. Empty once closed and done."""
        while not self._items and not self._closed:
            self._changed.clear()
            await self._changed.wait()
        count = within_budget((item.tokens for item in self._items), max_messages, max_tokens)
        self._taken.set()
        return [self._items.popleft() for _ in range(count)]

    async def wait_below(self, count: int, seconds: float) -> None:
        """Until fewer than ``count`` wait, or for ``seconds``."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while len(self._items) >= count:
                    self._taken.clear()
                    await self._taken.wait()


def within_budget(tokens: Iterable[int], max_messages: int, max_tokens: int) -> int:
    """How many of the first messages fit both limits. One that exceeds the tokens by itself counts alone."""
    count = spent = 0
    for size in islice(tokens, max_messages):
        spent += size
        if count and spent > max_tokens:
            break
        count += 1
    return count
