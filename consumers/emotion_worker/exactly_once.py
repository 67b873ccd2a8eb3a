"""The last step, exactly once: outputs and source offsets of a partition are one transaction; and what that asks of
the intake, which takes no record of a partition before its last owner is fenced."""

import asyncio
import time
from collections.abc import Mapping, Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition

from emotionstream.consumers.emotion_worker.delivery import Routes, by_target
from emotionstream.consumers.emotion_worker.metrics import WorkerMetrics
from emotionstream.consumers.emotion_worker.outcome import Outgoing
from emotionstream.consumers.emotion_worker.source import Records
from emotionstream.consumers.transactions import Ownership, Position
from emotionstream.schemas.position import Record


class ExactlyOnce:
    """One transaction for each partition of a turn, side by side."""

    def __init__(
        self, ownership: Ownership, routes: Routes, transaction_seconds: float, metrics: WorkerMetrics
    ) -> None:
        self._ownership = ownership
        self._routes = routes
        self._seconds = transaction_seconds
        self._transactions = metrics.transactions

    async def deliver(self, outputs: Sequence[Outgoing], offsets: Mapping[int, int]) -> frozenset[int]:
        """See ``Committer``."""
        by_partition: dict[int, list[Outgoing]] = {partition: [] for partition in offsets}
        for output in outputs:
            by_partition[output.partition].append(output)
        done = await asyncio.gather(*(self._commit(p, by_partition[p], offsets[p]) for p in offsets))
        return frozenset(partition for partition, committed in zip(offsets, done, strict=True) if committed)

    async def _commit(self, partition: int, outputs: Sequence[Outgoing], offset: int) -> bool:
        producer = self._ownership.get(partition)
        if producer is None:
            return False
        try:
            async with asyncio.timeout(self._seconds):
                await producer.commit(by_target(outputs, self._routes), offset)
        except Exception as error:
            self._transactions.labels("failed").inc()
            # Of any kind: whatever it is, only a new producer can tell what became of the transaction.
            self._ownership.failed(partition, producer, error, time.monotonic())
            return False
        self._transactions.labels("committed").inc()
        self._ownership.succeeded(partition)
        return True


class GatedSource:
    """The chat topic, closed while any partition waits to be opened."""

    def __init__(self, source: Records, ownership: Ownership, position: Position) -> None:
        self._source = source
        self._ownership = ownership
        self._position = position

    async def take(self, room: int) -> list[Record]:
        """See ``Records``. Opens first what is due; meanwhile nothing is taken, only the membership kept alive.

        Raises:
            ServiceUnavailableError: Kafka refuses us, or a partition cannot be opened for too long.
        """
        ready = await self._ownership.open_due(self._position, time.monotonic())
        records = await self._source.take(room if ready else 0)
        # What came of a partition that was assigned, or failed, during the look is read again once it is open.
        return [record for record in records if self._ownership.get(record.position.partition) is not None]

    async def lag(self) -> dict[int, int]:
        """See ``Records``."""
        return await self._source.lag()


class GroupPosition:
    """The worker group's offsets in the chat topic, and where this member reads."""

    def __init__(self, consumer: AIOKafkaConsumer, chat: str) -> None:
        self._consumer = consumer
        self._chat = chat

    async def committed(self, partition: int) -> int | None:
        """See ``Position``."""
        offset: int | None = await self._consumer.committed(TopicPartition(self._chat, partition))
        return offset

    async def go_to(self, partition: int, offset: int | None) -> None:
        """See ``Position``."""
        tp = TopicPartition(self._chat, partition)
        if offset is None:
            await self._consumer.seek_to_beginning(tp)
        else:
            self._consumer.seek(tp, offset)
