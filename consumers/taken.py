"""Committing what a subscriber has taken, in a consumer group."""

import time
from collections.abc import Callable

import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import IllegalStateError, KafkaError
from aiokafka.structs import TopicPartition

log = structlog.get_logger()


class TakenOffsets:
    """The offset after the last record that was taken, of each partition, and when it was last committed.

    Without a group there is nothing to commit and every call does nothing.
    """

    def __init__(self, group: str | None, interval_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._group = group
        self._interval_seconds = interval_seconds
        self._clock = clock
        self._next_offsets: dict[TopicPartition, int] = {}
        self._committed_at = clock()

    def take(self, partition: TopicPartition, offset: int) -> None:
        """The record at ``offset`` is done with."""
        if self._group is not None:
            self._next_offsets[partition] = offset + 1

    async def commit_when_due(self, consumer: AIOKafkaConsumer) -> None:
        """Commit if the interval since the last commit has passed."""
        if self._clock() - self._committed_at >= self._interval_seconds:
            await self.commit(consumer)

    async def commit(self, consumer: AIOKafkaConsumer) -> None:
        """Commit what was taken of the partitions that are still ours. A failure is logged and tried again later.

        What belongs to another member by now is dropped: that member reads it again.
        """
        self._committed_at = self._clock()
        mine = consumer.assignment()
        due = {partition: offset for partition, offset in self._next_offsets.items() if partition in mine}
        self._next_offsets = dict(due)
        if not due:
            return
        try:
            await consumer.commit(due)
        except (KafkaError, IllegalStateError) as error:
            log.warning("commit failed, the records may come again", group=self._group, error=type(error).__name__)
            return
        for partition, offset in due.items():
            if self._next_offsets.get(partition) == offset:
                del self._next_offsets[partition]
