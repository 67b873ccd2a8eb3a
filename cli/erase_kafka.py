"""What erasing a learner needs of Kafka: marks of erasure, how far their readers are, how long topics keep things."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    CoordinatorLoadInProgressError,
    CoordinatorNotAvailableError,
    GroupAuthorizationFailedError,
    KafkaError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)
from aiokafka.partitioner import DefaultPartitioner

from emotionstream.cli.topics_admin import admin, describe_configs
from emotionstream.schemas.errors import ServiceUnavailableError, TopicMismatchError
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Group, Topic, group_name, topic_name

READER: Final = {Topic.CHAT: Group.WORKER, Topic.RESULTS: Group.STATE}
"""Who has to pass the marks in a topic."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark of erasure: a record with the learner's key and no value. ``passed``: its reader has dealt with it."""

    topic: Topic
    partition: int
    offset: int
    timestamp_ms: int
    passed: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """A topic that may still hold records of the learner, until ``gone_by`` at the latest; None: for ever."""

    topic: Topic
    gone_by: datetime | None


class Wire:
    """Kafka, as the eraser sees it."""

    def __init__(self, producer: AIOKafkaProducer, client: AIOKafkaAdminClient, topics: TopicSettings) -> None:
        self._producer = producer
        self._client = client
        self._topics = topics

    async def partitions(self) -> set[int]:
        """The partitions of the chat topic."""
        return set(await self._producer.partitions_for(topic_name(Topic.CHAT, self._topics)))

    async def partition_of(self, key: bytes) -> int:
        """The partition that our publishers, and Java's, choose for ``key``."""
        partitions = sorted(await self.partitions())
        return int(DefaultPartitioner()(key, partitions, partitions))

    async def mark(self, topic: Topic, partition: int, key: bytes) -> Mark:
        """Write a mark of erasure."""
        name = topic_name(topic, self._topics)
        there = await self._producer.send_and_wait(name, value=None, key=key, partition=partition)
        return Mark(topic, partition, there.offset, there.timestamp)

    async def has_passed(self, mark: Mark) -> bool:
        """Whether the mark's reader has committed an offset behind it."""
        place = TopicPartition(topic_name(mark.topic, self._topics), mark.partition)
        group = group_name(READER[mark.topic], self._topics)
        try:
            found = await self._client.list_consumer_group_offsets(group, partitions=[place])
        except (CoordinatorNotAvailableError, CoordinatorLoadInProgressError):
            return False  # On a new broker no group has ever been: it passes by itself, or nobody has read anything.
        return place in found and found[place].offset > mark.offset

    async def kept(self, now: datetime) -> list[Kept]:
        """The topics that are not compacted, and when what they hold now is gone: whole segments age out."""
        configs = await describe_configs(self._client, [topic_name(topic, self._topics) for topic in _KEEPING])
        return [Kept(topic, _gone_by(configs[topic_name(topic, self._topics)], now)) for topic in _KEEPING]


@asynccontextmanager
async def open_wire(kafka: KafkaSettings, topics: TopicSettings) -> AsyncIterator[Wire]:
    """A wire, connected.

    Raises:
        ServiceUnavailableError: Kafka does not answer, or refuses us.
        TopicMismatchError: a topic is not there.
    """
    async with admin(kafka) as client, _explained():
        producer = AIOKafkaProducer(**kafka.client_options(), acks="all", enable_idempotence=True)
        try:
            await producer.start()
            yield Wire(producer, client, topics)
        finally:
            await producer.stop()


_KEEPING: Final = tuple(topic for topic in Topic if topic is not Topic.LEARNERS_CHANGELOG)


def _gone_by(config: dict[str, str], now: datetime) -> datetime | None:
    """A segment is dropped ``retention.ms`` after its newest record, and takes records for ``segment.ms``."""
    retention, segment = (int(config[name]) for name in ("retention.ms", "segment.ms"))
    try:
        return None if retention < 0 else now + timedelta(milliseconds=retention + segment)
    except OverflowError:
        return None


@asynccontextmanager
async def _explained() -> AsyncIterator[None]:
    try:
        yield
    except (
        TopicAuthorizationFailedError,
        GroupAuthorizationFailedError,
        ClusterAuthorizationFailedError,  # What an idempotent producer is told that may write to no topic.
    ) as error:
        raise ServiceUnavailableError(
            f"Kafka refuses this user ({type(error).__name__}): `emotionstream topics acl --part eraser` shows the "
            "rights that it takes"
        ) from error
    except UnknownTopicOrPartitionError as error:
        raise TopicMismatchError("a topic is not on the broker: see `emotionstream topics plan`") from error
    except (KafkaError, OSError) as error:
        raise ServiceUnavailableError(
            f"Kafka did not do what was asked ({type(error).__name__}): erase again, as often as you like"
        ) from error
