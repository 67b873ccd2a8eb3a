"""Chat records out of Kafka, fairly across partitions, held back by pausing."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Protocol

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition

from emotionstream.consumers.emotion_worker.connection import explained
from emotionstream.consumers.emotion_worker.flow import Flow
from emotionstream.consumers.fetched import fetched
from emotionstream.schemas.position import Record, SourcePosition
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.settings.worker import WorkerSettings
from emotionstream.schemas.topics import Group, Topic, group_name, topic_name

logger = structlog.get_logger()


def milliseconds(seconds: float) -> int:
    """Kafka's clients count in milliseconds."""
    return int(timedelta(seconds=seconds) / timedelta(milliseconds=1))


class Rebalance(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka ships no types
    """Finishes or drops what is in flight before its partitions go to another worker."""

    def __init__(self, flow: Flow, revoke_seconds: float) -> None:
        self._flow = flow
        self._revoke_seconds = revoke_seconds
        self.joined = False

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Give what is in flight a moment to be delivered; what remains belongs to the next owner."""
        del revoked  # The eager protocol takes all partitions away, and gives back what stays.
        self.joined = False
        if not await self._flow.wait_until_empty(self._revoke_seconds):
            logger.warning("messages in flight are left to the next owner", messages=self._flow.in_flight)
        self._flow.epoch += 1

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Nothing to prepare: the consumer starts at the committed offsets."""
        self.joined = True
        logger.info("partitions assigned", partitions=sorted(tp.partition for tp in assigned))


class Records(Protocol):
    """Where chat records come from."""

    async def take(self, room: int) -> list[Record]:
        """Up to ``room`` records that have queued up; none after a little while."""

    async def lag(self) -> dict[int, int]:
        """Partition -> records that wait."""


class Source:
    """The chat topic, as this member of the worker group sees it."""

    def __init__(self, consumer: AIOKafkaConsumer, kafka: KafkaSettings, settings: WorkerSettings) -> None:
        self._consumer = consumer
        self._kafka = kafka
        self._wait_ms = milliseconds(settings.poll_seconds)

    async def take(self, room: int) -> list[Record]:
        """Up to ``room`` records that have queued up; waits a little where there are none.

        Without room all partitions are paused, and the look for records only keeps the membership alive.

        Raises:
            ServiceUnavailableError: Kafka refuses us. One that is away is waited for.
        """
        self._pause_unless(room > 0)
        with explained(self._kafka):
            if room <= 0:
                await self._stay()
                return []
            return await self._queued(room) or await self._coming(room)

    async def lag(self) -> dict[int, int]:
        """Partition -> records that wait in Kafka, for partitions that have been looked at."""
        lag = {}
        for tp in self._consumer.assignment():
            end = self._consumer.highwater(tp)
            if end is not None:
                lag[tp.partition] = max(end - await self._consumer.position(tp), 0)
        return lag

    async def _queued(self, room: int) -> list[Record]:
        """What has been fetched already, an equal share from each partition: none starves behind a full one."""
        partitions = self._consumer.assignment()
        share = max(room // max(len(partitions), 1), 1)
        taken: list[Record] = []
        for tp in partitions:
            if len(taken) < room:
                taken += self._records(await fetched(self._consumer, tp, max_records=share))
        return taken

    async def _stay(self) -> None:
        """Look for records only to remain a member: the group drops one that does not look for too long."""
        found = await fetched(self._consumer, timeout_ms=self._wait_ms)
        for tp, records in found.items():
            # Of a partition that was assigned, not yet paused, during the look: it is read again when there is room.
            self._consumer.seek(tp, records[0].offset)

    async def _coming(self, room: int) -> list[Record]:
        return self._records(await fetched(self._consumer, timeout_ms=self._wait_ms, max_records=room))

    def _records(self, found: dict[TopicPartition, list[ConsumerRecord]]) -> list[Record]:
        return [as_record(record) for records in found.values() for record in records]

    def _pause_unless(self, open_: bool) -> None:
        paused = self._consumer.paused()
        if open_ and paused:
            self._consumer.resume(*paused)
        elif not open_:
            self._consumer.pause(*(self._consumer.assignment() - paused))


def as_record(record: ConsumerRecord) -> Record:
    """aiokafka's record as ours."""
    position = SourcePosition(
        topic=record.topic, partition=record.partition, offset=record.offset, timestamp_ms=max(record.timestamp, 0)
    )
    return Record(position, record.key, record.value, tuple(record.headers))


@asynccontextmanager
async def open_consumer(
    kafka: KafkaSettings, topics: TopicSettings, settings: WorkerSettings, listener: Rebalance
) -> AsyncIterator[AIOKafkaConsumer]:
    """A member of the worker group. Leaves the group when the context ends, and commits nothing by itself.

    Raises:
        ServiceUnavailableError: Kafka does not answer.
    """
    consumer = AIOKafkaConsumer(
        **kafka.client_options(),
        group_id=group_name(Group.WORKER, topics),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        fetch_max_wait_ms=settings.fetch_wait_ms,
        session_timeout_ms=milliseconds(settings.session_seconds),
        heartbeat_interval_ms=milliseconds(settings.heartbeat_seconds),
        rebalance_timeout_ms=milliseconds(settings.rebalance_seconds),
        max_poll_interval_ms=milliseconds(settings.poll_limit_seconds),
    )
    consumer.subscribe([topic_name(Topic.CHAT, topics)], listener=listener)
    try:
        with explained(kafka):
            await consumer.start()
        yield consumer
    finally:
        await _stop(consumer, settings.close_seconds)


async def _stop(consumer: AIOKafkaConsumer, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await consumer.stop()
    except TimeoutError:
        logger.warning("could not leave the consumer group: the broker does not answer")
