"""The last step, at least once: outputs durable in Kafka, then the source offsets. ``exactly_once`` is the other."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from emotionstream.consumers.emotion_worker.connection import explained
from emotionstream.consumers.emotion_worker.outcome import Outgoing
from emotionstream.consumers.leaving import stop_producer
from emotionstream.consumers.transactions import Failpoints
from emotionstream.schemas.errors import ServiceUnavailableError
from emotionstream.schemas.events import Rejection
from emotionstream.schemas.record_batches import hand_over
from emotionstream.schemas.settings.faults import FaultPoint
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.settings.worker import WorkerSettings
from emotionstream.schemas.topics import Topic, topic_name

logger = structlog.get_logger()


class Committer(Protocol):
    """Makes one turn's work final."""

    async def deliver(self, outputs: Sequence[Outgoing], offsets: Mapping[int, int]) -> frozenset[int]:
        """Make ``outputs`` durable, in order per partition, and then ``offsets`` (partition -> next offset).

        The partitions for which that is done. The others' messages are not lost: they come again.

        Raises:
            ServiceUnavailableError: Kafka did not take them. Nothing of what it refused was committed.
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

    def target(self, output: Outgoing) -> TopicPartition:
        """Where ``output`` belongs."""
        topic = self.dead_letters if isinstance(output.event, Rejection) else self.results
        return TopicPartition(topic, output.partition)


class AtLeastOnce:
    """Outputs acknowledged by every in-sync replica, then the offsets. A crash between the two repeats the same ids."""

    def __init__(
        self,
        producer: AIOKafkaProducer,
        consumer: AIOKafkaConsumer,
        routes: Routes,
        delivery_seconds: float,
        failpoints: Failpoints,
    ) -> None:
        self._producer = producer
        self._consumer = consumer
        self._routes = routes
        self._delivery_seconds = delivery_seconds
        self._failpoints = failpoints

    async def deliver(self, outputs: Sequence[Outgoing], offsets: Mapping[int, int]) -> frozenset[int]:
        """See ``Committer``."""
        # 1. Hand everything to the producer, each partition in order.
        # 2. Wait until Kafka has acknowledged all of it.
        # 3. Only then commit the offsets.
        targets = by_target(outputs, self._routes)
        try:
            # Bounded here: an idempotent producer, left alone, retries for ever.
            async with asyncio.timeout(self._delivery_seconds):
                await asyncio.gather(*(self._send(target, batch) for target, batch in targets.items()))
                await self._failpoints.reach(FaultPoint.GATHERED)
                await self._commit(offsets)
        except (KafkaError, TimeoutError) as error:
            raise ServiceUnavailableError(f"Kafka did not take the results: {type(error).__name__}") from error
        return frozenset(offsets)

    async def _send(self, target: TopicPartition, outputs: Sequence[Outgoing]) -> None:
        sent = await hand_over(self._producer, target, outputs)
        await self._failpoints.reach(FaultPoint.SENT)
        await asyncio.gather(*sent)

    async def _commit(self, offsets: Mapping[int, int]) -> None:
        try:
            await self._consumer.commit({TopicPartition(self._routes.chat, p): offset for p, offset in offsets.items()})
        except (CommitFailedError, IllegalStateError) as error:
            # The partitions have another owner by now, who does these messages again, under the same ids.
            logger.warning("offsets not committed: partitions have moved", error=type(error).__name__)


def by_target(outputs: Iterable[Outgoing], routes: Routes) -> dict[TopicPartition, list[Outgoing]]:
    """``outputs`` by the topic and partition that they go to, in order. Pure."""
    targets: dict[TopicPartition, list[Outgoing]] = defaultdict(list)
    for output in outputs:
        targets[routes.target(output)].append(output)
    return targets


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
        await stop_producer(producer, settings.close_seconds)
