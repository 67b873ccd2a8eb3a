"""Records out of Kafka, and offsets back once they are kept."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from emotionstream.consumers.fetched import as_record
from emotionstream.consumers.lag import lag_of
from emotionstream.consumers.leaving import leave
from emotionstream.consumers.member import Fetched, give_back, look, member, pause
from emotionstream.consumers.reader import refused, require_topics
from emotionstream.consumers.recorder.decode import READ
from emotionstream.consumers.timing import milliseconds
from emotionstream.schemas.position import Record
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.recorder import RecorderSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Group, Topic, group_name, topic_name

logger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Taken:
    """One record and the topic that it came from."""

    topic: Topic
    record: Record


class Source:
    """The recorded topics, as this member of the recorder group sees them."""

    def __init__(self, consumer: AIOKafkaConsumer, topics: TopicSettings, settings: RecorderSettings) -> None:
        self._consumer = consumer
        self._topics = {topic_name(topic, topics): topic for topic in READ}
        self._wait_ms = milliseconds(settings.poll_seconds)
        self._settings = settings

    @property
    def assigned(self) -> bool:
        """Whether the group gave us partitions."""
        return bool(self._consumer.assignment())

    async def take(self) -> list[Taken]:
        """What has queued up, at most one batch; waits a little where there is nothing."""
        found = await self._look(self._settings.batch_records)
        return [
            Taken(self._topics[partition.topic], as_record(record))
            for partition, records in found.items()
            for record in records
        ]

    async def hold(self) -> None:
        """Stay a member of the group for a moment without taking anything."""
        pause(self._consumer)
        give_back(self._consumer, await self._look(1))

    def release(self) -> None:
        """Take records again."""
        self._consumer.resume(*self._consumer.paused())

    async def commit(self, taken: Sequence[Taken]) -> None:
        """Say to the group that ``taken`` is kept. Where that fails they are read, and known, once more."""
        ends = {(item.record.position.topic, item.record.position.partition): item for item in taken}
        offsets = {TopicPartition(*key): item.record.position.offset + 1 for key, item in ends.items()}
        ours = {partition: end for partition, end in offsets.items() if partition in self._consumer.assignment()}
        if not ours:
            return
        try:
            async with asyncio.timeout(self._settings.commit_seconds):
                await self._consumer.commit(ours)
        except (CommitFailedError, IllegalStateError):
            logger.info("partitions went to another recorder before the commit: it reads some records again")
        except (KafkaError, TimeoutError) as error:
            logger.warning("offsets could not be committed; a later commit covers them", error=type(error).__name__)

    async def _look(self, most: int) -> Fetched:
        seconds = self._settings.stop_seconds
        return await look(self._consumer, max_records=most, timeout_ms=self._wait_ms, seconds=seconds)

    async def lag(self) -> dict[TopicPartition, int]:
        """Records that wait in Kafka, for partitions that have been looked at."""
        return await lag_of(self._consumer, self._settings.stop_seconds)


@asynccontextmanager
async def open_source(kafka: KafkaSettings, topics: TopicSettings, settings: RecorderSettings) -> AsyncIterator[Source]:
    """A member of the recorder group, reading what is committed from where the group left off.

    Raises:
        SettingsError: no broker is named.
        ServiceUnavailableError: Kafka does not answer.
        TopicMismatchError: a topic is missing.
    """
    names = [topic_name(topic, topics) for topic in READ]
    await require_topics(names, kafka)
    consumer = member(kafka, group_name(Group.RECORDER, topics), settings, fetch_min_bytes=settings.fetch_bytes)
    consumer.subscribe(names)
    try:
        await consumer.start()
        yield Source(consumer, topics, settings)
    except KafkaError as error:
        raise refused(error) from error
    finally:
        await leave(consumer, settings.stop_seconds)
