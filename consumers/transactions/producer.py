"""The transactional producer of one input partition."""

import asyncio
from collections.abc import Mapping, Sequence

from aiokafka import AIOKafkaProducer, TopicPartition

from emotionstream.consumers.leaving import stop_producer
from emotionstream.consumers.timing import milliseconds
from emotionstream.consumers.transactions.failpoints import Failpoints
from emotionstream.schemas.record_batches import Sendable, hand_over
from emotionstream.schemas.settings.faults import FaultPoint
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.worker import WorkerSettings


class PartitionProducer:
    """Commits what follows from the records of ``source``, together with how far ``group`` has come there.

    Good until its first error: what became of that transaction is then not known, and only a new producer under the
    same transactional id settles it.
    """

    def __init__(
        self,
        producer: AIOKafkaProducer,
        source: TopicPartition,
        group: str,
        failpoints: Failpoints,
        close_seconds: float,
    ) -> None:
        self._producer = producer
        self._source = source
        self._group = group
        self._failpoints = failpoints
        self._close_seconds = close_seconds
        self._busy = asyncio.Lock()

    async def commit(self, outputs: Mapping[TopicPartition, Sequence[Sendable]], offset: int) -> None:
        """Make ``outputs`` (target -> records in order) and the next source ``offset`` final: all of it or nothing.

        Raises:
            Exception: of whatever kind the client makes of a fenced producer, a refused record or a broker that is
                away. Whether the transaction was committed is not known.
        """
        async with self._busy:
            # 1. Begin.
            await self._producer.begin_transaction()
            # 2. Hand everything to the producer, each target in order.
            sent = [
                answer
                for target, records in outputs.items()
                for answer in await hand_over(self._producer, target, records)
            ]
            await self._failpoints.reach(FaultPoint.SENT)
            # 3. Wait for every acknowledgement: a transaction commits without the records whose sending failed.
            await asyncio.gather(*sent)
            await self._failpoints.reach(FaultPoint.GATHERED)
            # 4. Only then the offset.
            await self._producer.send_offsets_to_transaction({self._source: offset}, self._group)
            await self._failpoints.reach(FaultPoint.OFFSETS)
            # 5. Commit.
            await asyncio.gather(self._producer.commit_transaction(), self._failpoints.reach(FaultPoint.ENDING))

    async def close(self) -> None:
        """Let a transaction that is under way come to its end, within a limit, and disconnect."""
        try:
            async with asyncio.timeout(self._close_seconds), self._busy:
                pass
        except TimeoutError:
            pass
        await stop_producer(self._producer, self._close_seconds)
        # The client leaves behind what became of the transaction. Taken here, asyncio does not complain of it.
        outcome: asyncio.Future[None] | None = self._producer._txn_manager.wait_for_transaction_end()
        if outcome is not None and outcome.done() and not outcome.cancelled():
            outcome.exception()


async def open_partition_producer(
    source: TopicPartition, group: str, kafka: KafkaSettings, settings: WorkerSettings, failpoints: Failpoints
) -> PartitionProducer:
    """The producer of ``source``, started. Any other of the same partition and group is fenced from here on, and a
    transaction that it left open is over.

    Raises:
        KafkaError, OSError: Kafka does not answer, or refuses.
    """
    producer = AIOKafkaProducer(
        **kafka.client_options(),
        acks="all",
        transactional_id=transactional_id(group, source),
        transaction_timeout_ms=milliseconds(settings.transaction_seconds),
        compression_type=settings.compression.value,
        max_batch_size=settings.delivery_batch_bytes,
        linger_ms=0,
    )
    try:
        await producer.start()
    except BaseException:
        await stop_producer(producer, settings.close_seconds)
        raise
    return PartitionProducer(producer, source, group, failpoints, settings.close_seconds)


def transactional_id(group: str, source: TopicPartition) -> str:
    """The same for every worker of ``group`` that owns ``source``; under the group's name as a prefix, for ACLs."""
    return f"{group}-{source.partition}"
