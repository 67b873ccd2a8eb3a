"""The recorder at work between a real Kafka and a real PostgreSQL, for its tests."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import TopicPartition
from history_events import message, result
from waiting import until

from emotionstream.consumers.recorder import Recorder
from emotionstream.consumers.recorder.service import RecorderConfig
from emotionstream.history.store import History
from emotionstream.schemas.events import ChatMessage, EmotionResult, Event, Rejection
from emotionstream.schemas.position import SourcePosition
from emotionstream.schemas.rejections import rejection_headers
from emotionstream.schemas.settings.recorder import RecorderSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Group, Topic, group_name, topic_name

QUICK = RecorderSettings(
    poll_seconds=0.05, patience_seconds=0.3, retry_first_seconds=0.05, retry_longest_seconds=0.2, batch_records=50
)


class Publisher:
    """Sends events and raw records to the topics of a test."""

    def __init__(self, producer: AIOKafkaProducer, topics: TopicSettings) -> None:
        self._producer = producer
        self._topics = topics

    async def send(
        self, topic: Topic, value: bytes | None, key: str | None = "ada", headers: Sequence = ()
    ) -> SourcePosition:
        """One record; gives its position."""
        name = topic_name(topic, self._topics)
        where = await self._producer.send_and_wait(
            name, value, None if key is None else key.encode(), headers=list(headers)
        )
        return SourcePosition(topic=name, partition=where.partition, offset=where.offset, timestamp_ms=where.timestamp)

    async def say(self, offset: int, **who: object) -> tuple[ChatMessage, SourcePosition]:
        """One chat message."""
        said = message(offset, **who)  # type: ignore[arg-type]  # Keywords of `message`.
        return said, await self.send(Topic.CHAT, said.to_json(), said.user_id)

    async def score(self, said: ChatMessage, where: SourcePosition) -> EmotionResult:
        """The result of a message."""
        scored = result(said, where)
        await self.send(Topic.RESULTS, scored.to_json(), said.user_id)
        return scored

    async def tell(self, topic: Topic, event: Event) -> None:
        """Any other event, keyed by the learner."""
        await self.send(topic, event.to_json(), event.user_id)  # type: ignore[attr-defined]  # All but rejections have one.

    async def reject(self, refused: Rejection, value: bytes) -> None:
        """A dead letter."""
        await self.send(Topic.CHAT_DLQ, value, headers=rejection_headers(refused, ()))


@asynccontextmanager
async def recording(config: RecorderConfig) -> AsyncIterator[Recorder]:
    """A recorder at work, stopped as by SIGTERM at the end."""
    recorder, stop = Recorder(config), asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(recorder.serve(stop))
        try:
            yield recorder
        finally:
            stop.set()


async def until_rows(history: History, **rows: int) -> dict[str, int]:
    """Wait until the tables hold (at least) these rows. Gives all counts."""

    async def there() -> bool:
        counts = await history.counts()
        return all(counts[table] >= number for table, number in rows.items())

    await until(there, pause=0.05)
    return await history.counts()


async def committed(config: RecorderConfig) -> dict[TopicPartition, int]:
    """The recorder group's offsets."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=config.kafka.bootstrap_servers,
        group_id=group_name(Group.RECORDER, config.topics),
        enable_auto_commit=False,
    )
    async with consumer:
        names = [TopicPartition(topic_name(topic, config.topics), part) for topic in Topic for part in range(2)]
        found = {name: await consumer.committed(name) for name in names}
    return {name: offset for name, offset in found.items() if offset}


async def is_ready(recorder: Recorder) -> bool:
    """Whether it is ready."""
    return recorder.ready().ok
