"""What is in flight: how much, of which assignment of partitions, and in which order."""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from itertools import islice

from emotionstream.consumers.emotion_worker.item import Item


class Flow:
    """Counts the messages between "taken" and "delivered", and the assignments of partitions."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._changed = asyncio.Event()
        self.in_flight = 0
        self.epoch = 0

    @property
    def room(self) -> int:
        """How many more messages may be taken."""
        return self._limit - self.in_flight

    def enter(self, count: int) -> None:
        """``count`` messages were taken."""
        self.in_flight += count

    def leave(self, count: int) -> None:
        """``count`` messages were delivered or dropped."""
        self.in_flight -= count
        self._changed.set()

    def drop_stale(self, items: Sequence[Item]) -> list[Item]:
        """``items`` without those whose partitions have been given away since: their next owner does them."""
        kept = [item for item in items if item.epoch == self.epoch]
        if len(kept) < len(items):
            self.leave(len(items) - len(kept))
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


class Inbox:
    """Items that wait for the device, in the order in which they came. ``Flow`` bounds how many there are."""

    def __init__(self) -> None:
        self._items: deque[Item] = deque()
        self._changed = asyncio.Event()
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
        return [self._items.popleft() for _ in range(count)]


def within_budget(tokens: Iterable[int], max_messages: int, max_tokens: int) -> int:
    """How many of the first messages fit both limits. One that exceeds the tokens by itself counts alone."""
    count = spent = 0
    for size in islice(tokens, max_messages):
        spent += size
        if count and spent > max_tokens:
            break
        count += 1
    return count
