"""Where records come from and how their results leave: the two ends of the worker, which decide the guarantee."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition

from emotionstream.consumers.emotion_worker.config import WorkerConfig
from emotionstream.consumers.emotion_worker.delivery import AtLeastOnce, Committer, Routes, open_producer
from emotionstream.consumers.emotion_worker.exactly_once import ExactlyOnce, GatedSource, GroupPosition
from emotionstream.consumers.emotion_worker.flow import Flow
from emotionstream.consumers.emotion_worker.metrics import WorkerMetrics
from emotionstream.consumers.emotion_worker.source import Rebalance, Records, Source, open_consumer
from emotionstream.consumers.reader import require_topics
from emotionstream.consumers.transactions import Failpoints, Ownership, PartitionProducer, open_partition_producer
from emotionstream.schemas.health import WELL, Check
from emotionstream.schemas.settings.worker import Delivery
from emotionstream.schemas.topics import Group, group_name


class Ends:
    """One member of the worker group, with the delivery that its settings name."""

    def __init__(self, config: WorkerConfig, flow: Flow, metrics: WorkerMetrics, failpoints: Failpoints) -> None:
        self._config = config
        self._metrics = metrics
        self._failpoints = failpoints
        self._routes = Routes.of(config.topics)
        self._ownership: Ownership | None = None
        if config.worker.delivery is Delivery.EXACTLY_ONCE:
            self._ownership = Ownership(self._start_producer, flow.give_up, config.worker)
        self._rebalance = Rebalance(flow, config.worker.revoke_seconds, self._ownership)

    def ready(self) -> Check:
        """False while this is no member of its group, or its partitions are not open yet."""
        if not self._rebalance.joined:
            return Check(ok=False, why="not in the consumer group: it starts, partitions are shared out, or it stops")
        if self._ownership is not None and not self._ownership.ready:
            return Check(ok=False, why="partitions are being taken over: their last owner is fenced first")
        return WELL

    @asynccontextmanager
    async def open(self) -> AsyncIterator[tuple[Records, Committer]]:
        """Join the group; leave it when the context ends.

        Raises:
            ServiceUnavailableError: Kafka does not answer.
            TopicMismatchError: a topic is missing, or their partition counts differ.
        """
        # Before the consumer: a consumer of a topic that is missing waits for it without a word.
        await require_topics(self._routes.all, self._config.kafka, same_partitions=True)
        ends = self._at_least_once() if self._ownership is None else self._exactly_once(self._ownership)
        try:
            async with ends as opened:
                yield opened
        finally:
            self._rebalance.joined = False

    @asynccontextmanager
    async def _at_least_once(self) -> AsyncIterator[tuple[Records, Committer]]:
        settings = self._config.worker
        async with open_producer(self._config.kafka, settings) as producer, self._member() as consumer:
            committer = AtLeastOnce(producer, consumer, self._routes, settings.delivery_seconds, self._failpoints)
            yield self._source(consumer), committer

    @asynccontextmanager
    async def _exactly_once(self, ownership: Ownership) -> AsyncIterator[tuple[Records, Committer]]:
        committer = ExactlyOnce(ownership, self._routes, self._config.worker.transaction_seconds, self._metrics)
        try:
            async with self._member() as consumer:
                position = GroupPosition(consumer, self._routes.chat)
                yield GatedSource(self._source(consumer), ownership, position), committer
        finally:
            await ownership.close()

    def _member(self) -> AbstractAsyncContextManager[AIOKafkaConsumer]:
        return open_consumer(self._config.kafka, self._config.topics, self._config.worker, self._rebalance)

    def _source(self, consumer: AIOKafkaConsumer) -> Source:
        return Source(consumer, self._config.kafka, self._config.worker)

    async def _start_producer(self, partition: int) -> PartitionProducer:
        config = self._config
        source, group = TopicPartition(self._routes.chat, partition), group_name(Group.WORKER, config.topics)
        return await open_partition_producer(source, group, config.kafka, config.worker, self._failpoints)
