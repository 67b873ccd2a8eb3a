"""Chat records out of Kafka, fairly across partitions, held back by pausing."""

import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Protocol

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition

from emotionstream.consumers.emotion_worker.connection import explained
from emotionstream.consumers.emotion_worker.flow import Flow
from emotionstream.consumers.fetched import as_record
from emotionstream.consumers.lag import lag_of
from emotionstream.consumers.leaving import leave
from emotionstream.consumers.member import Fetched, give_back, look, member, pause
from emotionstream.consumers.timing import milliseconds
from emotionstream.schemas.position import Record
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.settings.worker import WorkerSettings
from emotionstream.schemas.topics import Group, Topic, group_name, topic_name

logger = structlog.get_logger()


class Holder(Protocol):
    """Who needs to know which partitions are ours."""

    def assigned(self, partitions: Iterable[int], now: float) -> None:
        """They are ours, from ``now`` on by a monotonic clock in seconds."""

    def revoked(self, partitions: Iterable[int]) -> None:
        """They are ours no more."""


class Rebalance(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka ships no types
    """Finishes or drops what is in flight before its partitions go to another worker."""

    def __init__(self, flow: Flow, revoke_seconds: float, holder: Holder | None = None) -> None:
        self._flow = flow
        self._revoke_seconds = revoke_seconds
        self._holder = holder
        self.joined = False

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Give what is in flight a moment to be delivered; what remains belongs to the next owner."""
        self.joined = False
        if not await self._flow.wait_until_empty(self._revoke_seconds):
            logger.warning("messages in flight are left to the next owner", messages=self._flow.in_flight)
        # The eager protocol takes all partitions away, and gives back what stays.
        partitions = [tp.partition for tp in revoked]
        self._flow.give_up(partitions)
        if self._holder is not None:
            self._holder.revoked(partitions)

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """The consumer starts at the committed offsets, unless the holder has to see to something first."""
        partitions = sorted(tp.partition for tp in assigned)
        if self._holder is not None:
            self._holder.assigned(partitions, time.monotonic())
        self.joined = True
        logger.info("partitions assigned", partitions=partitions)


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
        self._look_seconds = settings.look_seconds

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
        return {tp.partition: records for tp, records in (await lag_of(self._consumer, self._look_seconds)).items()}

    async def _queued(self, room: int) -> list[Record]:
        """What has been fetched already, an equal share from each partition: none starves behind a full one."""
        partitions = self._consumer.assignment()
        share = max(room // max(len(partitions), 1), 1)
        taken: list[Record] = []
        for tp in partitions:
            if len(taken) < room:
                taken += self._records(await self._look(tp, max_records=share))
        return taken

    async def _stay(self) -> None:
        """Look for records only to remain a member: the group drops one that does not look for too long."""
        give_back(self._consumer, await self._look(timeout_ms=self._wait_ms, max_records=1))

    async def _coming(self, room: int) -> list[Record]:
        return self._records(await self._look(timeout_ms=self._wait_ms, max_records=room))

    async def _look(self, *partitions: TopicPartition, max_records: int, timeout_ms: int = 0) -> Fetched:
        return await look(
            self._consumer, *partitions, max_records=max_records, timeout_ms=timeout_ms, seconds=self._look_seconds
        )

    def _records(self, found: Fetched) -> list[Record]:
        return [as_record(record) for records in found.values() for record in records]

    def _pause_unless(self, open_: bool) -> None:
        paused = self._consumer.paused()
        if open_ and paused:
            self._consumer.resume(*paused)
        elif not open_:
            pause(self._consumer)


@asynccontextmanager
async def open_consumer(
    kafka: KafkaSettings, topics: TopicSettings, settings: WorkerSettings, listener: Rebalance
) -> AsyncIterator[AIOKafkaConsumer]:
    """A member of the worker group. Leaves the group when the context ends, and commits nothing by itself.

    Raises:
        ServiceUnavailableError: Kafka does not answer.
    """
    heartbeat = milliseconds(settings.heartbeat_seconds)
    consumer = member(kafka, group_name(Group.WORKER, topics), settings, heartbeat_interval_ms=heartbeat)
    consumer.subscribe([topic_name(Topic.CHAT, topics)], listener=listener)
    try:
        with explained(kafka):
            await consumer.start()
        yield consumer
    finally:
        await leave(consumer, settings.close_seconds)
