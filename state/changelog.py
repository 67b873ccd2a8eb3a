"""What changed in the table, gathered for a moment and sent as whole record batches.

Faust sends each change by itself, through two queues and four callbacks: that was a third of the stage's time.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from aiokafka import AIOKafkaProducer, TopicPartition

from emotionstream.schemas.record_batches import hand_over


@dataclass(frozen=True, slots=True)
class Change:
    """A learner's key and new value; None: forgotten."""

    key: bytes
    value: bytes | None

    @property
    def headers(self) -> list[tuple[str, bytes]]:
        """None: a change says all by itself."""
        return []


@dataclass(slots=True)
class Changelog:
    """Changes wait at most ``linger_seconds`` for others, and go out in the order in which they were made.

    ``watch`` is given a task for each departure: it ends when Kafka has acknowledged all, or fails with it.
    """

    linger_seconds: float
    producer: Callable[[], AIOKafkaProducer]
    watch: Callable[["asyncio.Task[None]"], None]
    _waiting: dict[TopicPartition, list[Change]] = field(default_factory=dict)
    _timer: asyncio.TimerHandle | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def add(self, place: TopicPartition, key: bytes, value: bytes | None) -> None:
        """Note that ``key`` has a new ``value``, to be written to ``place``."""
        self._waiting.setdefault(place, []).append(Change(key, value))
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
                acknowledged += await hand_over(self.producer(), place, changes)
        await asyncio.gather(*acknowledged)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
