"""Records out of Kafka, and offsets back once they are kept."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from emotionstream.consumers.fetched import as_record, fetched
from emotionstream.consumers.lag import lag_of
from emotionstream.consumers.leaving import leave
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
        # Again at every turn: a rebalance may have brought partitions that are not paused.
        self._consumer.pause(*(self._consumer.assignment() - self._consumer.paused()))
        for partition, records in (await self._look(1)).items():
            with suppress(IllegalStateError):  # Taken away meanwhile: its next owner starts where we committed.
                self._consumer.seek(partition, records[0].offset)

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

    async def _look(self, most: int) -> dict[TopicPartition, list[ConsumerRecord]]:
        # The client's own limit does not count while the group rebalances, which lasts as long as the broker is away.
        with suppress(TimeoutError):
            async with asyncio.timeout(self._settings.stop_seconds):
                return await fetched(self._consumer, timeout_ms=self._wait_ms, max_records=most)
        return {}

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
    consumer = AIOKafkaConsumer(
        **kafka.client_options(),
        group_id=group_name(Group.RECORDER, topics),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        max_partition_fetch_bytes=settings.partition_fetch_bytes,
        fetch_max_wait_ms=settings.fetch_wait_ms,
        session_timeout_ms=milliseconds(settings.session_seconds),
        rebalance_timeout_ms=milliseconds(settings.rebalance_seconds),
        max_poll_interval_ms=milliseconds(settings.poll_limit_seconds),
    )
    consumer.subscribe(names)
    try:
        await consumer.start()
        yield Source(consumer, topics, settings)
    except KafkaError as error:
        raise refused(error) from error
    finally:
        await leave(consumer, settings.stop_seconds)
