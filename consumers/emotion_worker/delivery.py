"""The last step: outputs durable in Kafka, then the source offsets. The one place that decides the guarantee."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from emotionstream.consumers.emotion_worker.connection import explained
from emotionstream.consumers.emotion_worker.outcome import Outgoing
from emotionstream.schemas.errors import ServiceUnavailableError
from emotionstream.schemas.events import Rejection
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.settings.worker import WorkerSettings
from emotionstream.schemas.topics import Topic, topic_name

logger = structlog.get_logger()


class Committer(Protocol):
    """Makes one turn's work final."""

    async def deliver(self, outputs: Sequence[Outgoing], offsets: Mapping[int, int]) -> None:
        """Make ``outputs`` durable, in order per partition, and then ``offsets`` (partition -> next offset).

        Raises:
            ServiceUnavailableError: Kafka did not take them. Nothing was committed.
        """


@dataclass(frozen=True, slots=True)
class Routes:
    """Full topic names."""

    chat: str
    results: str
    dead_letters: str

    @property
    def all(self) -> tuple[str, str, str]:
        """Every topic that the worker touches."""
        return (self.chat, self.results, self.dead_letters)

    @classmethod
    def of(cls, topics: TopicSettings) -> "Routes":
        """The topics of one installation."""
        return cls(
            topic_name(Topic.CHAT, topics), topic_name(Topic.RESULTS, topics), topic_name(Topic.CHAT_DLQ, topics)
        )


class AtLeastOnce:
    """Outputs acknowledged by every in-sync replica, then the offsets. A crash between the two repeats the same ids."""

    def __init__(
        self, producer: AIOKafkaProducer, consumer: AIOKafkaConsumer, routes: Routes, delivery_seconds: float
    ) -> None:
        self._producer = producer
        self._consumer = consumer
        self._routes = routes
        self._delivery_seconds = delivery_seconds

    async def deliver(self, outputs: Sequence[Outgoing], offsets: Mapping[int, int]) -> None:
        """See ``Committer``."""
        # 1. Hand everything to the producer, each partition in order.
        # 2. Wait until Kafka has acknowledged all of it.
        # 3. Only then commit the offsets.
        try:
            # Bounded here: an idempotent producer, left alone, retries for ever.
            async with asyncio.timeout(self._delivery_seconds):
                await asyncio.gather(*(self._send(target, batch) for target, batch in self._by_target(outputs).items()))
                await self._commit(offsets)
        except (KafkaError, TimeoutError) as error:
            raise ServiceUnavailableError(f"Kafka did not take the results: {type(error).__name__}") from error

    def _by_target(self, outputs: Sequence[Outgoing]) -> dict[TopicPartition, list[Outgoing]]:
        targets: dict[TopicPartition, list[Outgoing]] = defaultdict(list)
        for output in outputs:
            rejected = isinstance(output.event, Rejection)
            topic = self._routes.dead_letters if rejected else self._routes.results
            targets[TopicPartition(topic, output.partition)].append(output)
        return targets

    async def _send(self, target: TopicPartition, outputs: Sequence[Outgoing]) -> None:
        """Send whole record batches: one acknowledgement for many records costs far less than one for each."""
        acknowledged = []
        batch = self._producer.create_batch()
        for output in outputs:
            if not _append(batch, output):
                acknowledged.append(await self._submit(batch, target))
                batch = self._producer.create_batch()
                _append(batch, output)
        acknowledged.append(await self._submit(batch, target))
        await asyncio.gather(*acknowledged)

    async def _submit(self, batch: "BatchBuilder", target: TopicPartition) -> "asyncio.Future[object]":
        batch.close()
        future: asyncio.Future[object] = await self._producer.send_batch(
            batch, target.topic, partition=target.partition
        )
        return future

    async def _commit(self, offsets: Mapping[int, int]) -> None:
        try:
            await self._consumer.commit({TopicPartition(self._routes.chat, p): offset for p, offset in offsets.items()})
        except (CommitFailedError, IllegalStateError) as error:
            # The partitions have another owner by now, who does these messages again, under the same ids.
            logger.warning("offsets not committed: partitions have moved", error=type(error).__name__)


class BatchBuilder(Protocol):
    """aiokafka's record batch, as far as it is used here."""

    def append(
        self, *, timestamp: int | None, key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes]]
    ) -> object | None:
        """Add a record; None where the batch is full. The first record always fits."""

    def close(self) -> None:
        """Let nobody else add to it."""


def _append(batch: BatchBuilder, output: Outgoing) -> bool:
    return batch.append(timestamp=None, key=output.key, value=output.value, headers=output.headers) is not None


@asynccontextmanager
async def open_producer(kafka: KafkaSettings, settings: WorkerSettings) -> AsyncIterator[AIOKafkaProducer]:
    """A producer that is idempotent and waits for every in-sync replica.

    Raises:
        ServiceUnavailableError: Kafka does not answer.
    """
    producer = AIOKafkaProducer(
        **kafka.client_options(),
        acks="all",
        enable_idempotence=True,
        compression_type=settings.compression.value,
        max_batch_size=settings.delivery_batch_bytes,
        linger_ms=0,
    )
    try:
        with explained(kafka):
            await producer.start()
        yield producer
    finally:
        await _stop(producer, settings.close_seconds)


async def _stop(producer: AIOKafkaProducer, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await producer.stop()
    except TimeoutError:
        # Stopping flushes first, and with the broker gone that never ends: cut it off. Nothing of it was committed.
        await producer._sender.close()
        await producer.client.close()
