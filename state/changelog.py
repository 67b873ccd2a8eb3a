"""What changed in the table, gathered for a moment and sent as whole record batches.

Faust sends each change by itself, through two queues and four callbacks: that was a third of the stage's time.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from aiokafka import TopicPartition

Change = tuple[bytes, bytes | None]
"""A learner's key and new value; None: forgotten."""


class BatchProducer(Protocol):
    """aiokafka's producer, as far as it is used here."""

    def create_batch(self) -> Any:
        """A record batch to fill."""

    async def send_batch(self, batch: Any, topic: str, *, partition: int) -> "asyncio.Future[object]":
        """Take ``batch``; the future is done when Kafka has acknowledged it."""


@dataclass(slots=True)
class Changelog:
    """Changes wait at most ``linger_seconds`` for others, and go out in the order in which they were made.

    ``watch`` is given a task for each departure: it ends when Kafka has acknowledged all, or fails with it.
    """

    linger_seconds: float
    producer: Callable[[], BatchProducer]
    watch: Callable[["asyncio.Task[None]"], None]
    _waiting: dict[TopicPartition, list[Change]] = field(default_factory=dict)
    _timer: asyncio.TimerHandle | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def add(self, place: TopicPartition, key: bytes, value: bytes | None) -> None:
        """Note that ``key`` has a new ``value``, to be written to ``place``."""
        self._waiting.setdefault(place, []).append((key, value))
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self.linger_seconds, self.depart)

    def depart(self) -> None:
        """Send what waits, now."""
        waiting, self._waiting = self._waiting, {}
        self._cancel_timer()
        if waiting:
            self.watch(asyncio.ensure_future(self._send(waiting)))

    def abandon(self) -> None:
        """Forget what waits."""
        self._waiting.clear()
        self._cancel_timer()

    async def _send(self, waiting: dict[TopicPartition, list[Change]]) -> None:
        async with self._turn:  # It is given in the order of asking, so a later value cannot overtake.
            acknowledged = []
            for place, changes in waiting.items():
                acknowledged += await self._submit(place, changes)
        await asyncio.gather(*acknowledged)

    async def _submit(self, place: TopicPartition, changes: list[Change]) -> "list[asyncio.Future[object]]":
        producer, acknowledged = self.producer(), []
        batch = producer.create_batch()
        for key, value in changes:
            if _append(batch, key, value) is None:  # Full: the next one takes it.
                acknowledged.append(await producer.send_batch(batch, place.topic, partition=place.partition))
                batch = producer.create_batch()
                _append(batch, key, value)
        acknowledged.append(await producer.send_batch(batch, place.topic, partition=place.partition))
        return acknowledged

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _append(batch: Any, key: bytes, value: bytes | None) -> object | None:
    appended: object | None = batch.append(timestamp=None, key=key, value=value)
    return appended
