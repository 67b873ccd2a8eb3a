"""A member of a consumer group that commits by itself what it has dealt with: the worker and the recorder."""

import asyncio
from contextlib import suppress
from typing import Protocol

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalStateError

from emotionstream.consumers.timing import milliseconds
from emotionstream.schemas.header_names import accept_any_header_name
from emotionstream.schemas.settings.kafka import KafkaSettings

Fetched = dict[TopicPartition, list[ConsumerRecord]]


class Membership(Protocol):
    """How a member reads and how long its group has patience with it."""

    @property
    def partition_fetch_bytes(self) -> int:
        """Bytes that are fetched ahead of a partition."""

    @property
    def fetch_wait_ms(self) -> int:
        """Milliseconds that the broker may wait for records."""

    @property
    def session_seconds(self) -> float:
        """Seconds without a sign of life until its partitions go to others."""

    @property
    def rebalance_seconds(self) -> float:
        """Seconds that the group waits for its members in a rebalance."""

    @property
    def poll_limit_seconds(self) -> float:
        """Seconds without a look for new records until it leaves the group."""


def member(kafka: KafkaSettings, group: str, settings: Membership, **more: int) -> AIOKafkaConsumer:
    """A consumer, not started, of what is committed; from the oldest record where the group has no offset yet.

    Raises:
        SettingsError: no broker is named.
    """
    accept_any_header_name()
    return AIOKafkaConsumer(
        **kafka.client_options(),
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        max_partition_fetch_bytes=settings.partition_fetch_bytes,
        fetch_max_wait_ms=settings.fetch_wait_ms,
        session_timeout_ms=milliseconds(settings.session_seconds),
        rebalance_timeout_ms=milliseconds(settings.rebalance_seconds),
        max_poll_interval_ms=milliseconds(settings.poll_limit_seconds),
        **more,
    )


async def look(
    consumer: AIOKafkaConsumer, *partitions: TopicPartition, max_records: int, timeout_ms: int, seconds: float
) -> Fetched:
    """Up to ``max_records`` that have queued up; nothing where that takes longer than ``seconds``."""
    # The client's own limit does not count while the group rebalances, which lasts as long as the broker is away.
    # It waits for that before it takes anything: what is broken off here has taken nothing.
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            found: Fetched = await consumer.getmany(*partitions, timeout_ms=timeout_ms, max_records=max_records)
            return found
    return {}


def pause(consumer: AIOKafkaConsumer) -> None:
    """Take nothing more from any partition. Again at every turn: a rebalance may bring some that are not paused."""
    consumer.pause(*(consumer.assignment() - consumer.paused()))


def give_back(consumer: AIOKafkaConsumer, found: Fetched) -> None:
    """Read ``found`` again later: records of partitions that were assigned, not yet paused, during a look."""
    for partition, records in found.items():
        with suppress(IllegalStateError):  # Taken away meanwhile: its next owner starts at the committed offset.
            consumer.seek(partition, records[0].offset)
