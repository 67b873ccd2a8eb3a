"""Which published messages still await a result. No Kafka, and no clock of its own."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sent:
    """A message whose result is awaited. ``at`` is the time in seconds when it was handed to the publisher."""

    message_id: str
    user_id: str
    line: int
    at: float


class Awaited:
    """The messages whose results are awaited, at most ``window`` at a time."""

    def __init__(self, window: int, timeout_seconds: float) -> None:
        self._room = asyncio.Semaphore(window)
        self._timeout_seconds = timeout_seconds
        self._sent: dict[str, Sent] = {}
        self._empty = asyncio.Event()
        self._empty.set()

    async def expect(self, message_id: str, sent_now: Callable[[], Sent]) -> bool:
        """Await a message's result, when there is room; ``sent_now`` is asked then, so that no time before counts.

        False where its id is awaited already.
        """
        if message_id in self._sent:
            return False
        await self._room.acquire()
        self._sent[message_id] = sent_now()
        self._empty.clear()
        return True

    def take(self, message_id: str) -> Sent | None:
        """The message with this id, no longer awaited; None if it is not ours."""
        sent = self._sent.pop(message_id, None)
        if sent is not None:
            self._room.release()
        if not self._sent:
            self._empty.set()
        return sent

    def expired(self, now: float) -> list[Sent]:
        """The messages that were awaited for too long, no longer awaited."""
        late = [sent for sent in self._sent.values() if now - sent.at >= self._timeout_seconds]
        for sent in late:
            self.take(sent.message_id)
        return late

    async def nothing_left(self) -> None:
        """Wait until every message has come back or expired."""
        await self._empty.wait()
