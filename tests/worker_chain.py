"""A worker between real topics: what a test publishes, and what it reads back."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from fake_scorer import FakeScorer

from emotionstream.consumers.emotion_worker import EmotionWorker, WorkerConfig
from emotionstream.schemas.events import ChatMessage, EmotionResult
from emotionstream.schemas.position import Headers
from emotionstream.schemas.topics import Group, Topic, group_name, topic_name


@dataclass(frozen=True, slots=True)
class Sent:
    """Where a record was put."""

    partition: int
    offset: int
    timestamp_ms: int


class Chain:
    """The topics of one test."""

    def __init__(self, config: WorkerConfig, producer: AIOKafkaProducer) -> None:
        self.config = config
        self._producer = producer

    def name(self, topic: Topic) -> str:
        """The topic's full name."""
        return topic_name(topic, self.config.topics)

    async def publish(self, *messages: ChatMessage, headers: Headers = ()) -> list[Sent]:
        """Chat messages, keyed by user, in order."""
        return await self.put([(message.user_id.encode(), message.to_json(), headers) for message in messages])

    async def put(self, records: Sequence[tuple[bytes | None, bytes | None, Headers]]) -> list[Sent]:
        """Raw chat records, good or bad, in order."""
        chat = self.name(Topic.CHAT)
        sent = []
        for key, value, headers in records:
            # A record batch takes what `send` refuses: neither key nor value.
            batch = self._producer.create_batch()
            batch.append(timestamp=None, key=key, value=value, headers=list(headers))
            partition = 0 if key is None else sum(key) % self.config.topics.partitions
            sent.append((partition, await self._producer.send_batch(batch, chat, partition=partition)))
        answers = [(partition, await future) for partition, future in sent]
        return [Sent(partition, answer.offset, answer.timestamp) for partition, answer in answers]

    async def read(self, topic: Topic, count: int, seconds: float = 40) -> list[ConsumerRecord]:
        """The first ``count`` records of ``topic``, in the order of their partitions.

        Raises:
            TimeoutError: fewer come within ``seconds``.
        """
        async with self._reader(topic) as reader, asyncio.timeout(seconds):
            found: list[ConsumerRecord] = []
            while len(found) < count:
                for records in (await reader.getmany(timeout_ms=100)).values():
                    found += records
            return found

    async def count(self, topic: Topic) -> int:
        """How many committed records ``topic`` holds."""
        return len(await self.all(topic))

    async def all(self, topic: Topic) -> list[ConsumerRecord]:
        """Every committed record of ``topic``, in the order of their partitions."""
        async with self._reader(topic) as reader:
            # Offsets alone would count the markers of transactions, and what was aborted.
            ends = await reader.end_offsets(reader.assignment())
            found: list[ConsumerRecord] = []
            while any([await reader.position(tp) < end for tp, end in ends.items()]):
                for records in (await reader.getmany(timeout_ms=100)).values():
                    found += records
            return found

    async def results(self, count: int) -> list[EmotionResult]:
        """The first ``count`` results."""
        return [EmotionResult.model_validate_json(found.value) for found in await self.read(Topic.RESULTS, count)]

    async def committed(self) -> dict[int, int | None]:
        """Partition -> the worker group's committed offset."""
        group = group_name(Group.WORKER, self.config.topics)
        reader = AIOKafkaConsumer(**self.config.kafka.client_options(), group_id=group, enable_auto_commit=False)
        await reader.start()
        try:
            chat, partitions = self.name(Topic.CHAT), range(self.config.topics.partitions)
            return {p: await reader.committed(TopicPartition(chat, p)) for p in partitions}
        finally:
            await reader.stop()

    @asynccontextmanager
    async def _reader(self, topic: Topic) -> AsyncIterator[AIOKafkaConsumer]:
        reader = AIOKafkaConsumer(
            **self.config.kafka.client_options(), auto_offset_reset="earliest", isolation_level="read_committed"
        )
        await reader.start()
        reader.assign([TopicPartition(self.name(topic), p) for p in range(self.config.topics.partitions)])
        try:
            yield reader
        finally:
            await reader.stop()


@asynccontextmanager
async def open_chain(config: WorkerConfig) -> AsyncIterator[Chain]:
    """The topics of ``config`` with a producer."""
    producer = AIOKafkaProducer(**config.kafka.client_options(), acks="all")
    await producer.start()
    try:
        yield Chain(config, producer)
    finally:
        await producer.stop()


@asynccontextmanager
async def working(worker: EmotionWorker) -> AsyncIterator[asyncio.Event]:
    """``worker`` at work; the event that it yields stops it, as the end of the context does."""
    stop = asyncio.Event()
    serving = asyncio.create_task(worker.serve(stop))
    try:
        yield stop
    finally:
        stop.set()
        await serving


async def killed(worker: EmotionWorker, serving: "asyncio.Task[None]") -> None:
    """End ``worker`` at once, with nothing delivered or committed on the way out."""
    serving.cancel()
    await asyncio.wait([serving])


def texts_of(scorer: FakeScorer) -> list[str]:
    """Every text that the device has been asked for, probes included."""
    return [text for batch in scorer.batches for text in batch]
