"""What the learner table holds of one learner, read from its changelog."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition

from emotionstream.schemas.errors import ServiceUnavailableError
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Topic, topic_name
from emotionstream.state.snapshot import LearnerState


@dataclass(frozen=True, slots=True)
class Held:
    """The newest record of a learner in one partition of the changelog. ``value`` is None: the state is removed."""

    partition: int
    offset: int
    value: bytes | None

    def is_since(self, until_ms: int) -> bool:
        """Whether the state holds only what was said after ``until_ms``: erased, and begun anew."""
        try:
            return self.value is not None and LearnerState.from_json(self.value).folded.timestamp_ms > until_ms
        except ValueError:  # Another version's: we cannot tell.
            return False


class Changelog:
    """The changelog, read for one key. It goes on reading where it stopped."""

    def __init__(self, consumer: AIOKafkaConsumer, key: bytes) -> None:
        self._consumer = consumer
        self._key = key
        self._held: dict[int, Held] = {}

    async def held(self) -> list[Held]:
        """What there is of the learner now, by partition."""
        ends = await self._consumer.end_offsets(self._consumer.assignment())
        for place, end in ends.items():
            while await self._consumer.position(place) < end:
                for record in (await self._consumer.getmany(place, timeout_ms=1_000)).get(place, ()):
                    if record.key == self._key:
                        self._held[place.partition] = Held(place.partition, record.offset, record.value)
        return [self._held[partition] for partition in sorted(self._held)]


@asynccontextmanager
async def open_changelog(kafka: KafkaSettings, topics: TopicSettings, key: bytes) -> AsyncIterator[Changelog]:
    """The changelog from its beginning; without a consumer group.

    Raises:
        ServiceUnavailableError: it cannot be read.
    """
    name = topic_name(Topic.LEARNERS_CHANGELOG, topics)
    consumer = AIOKafkaConsumer(
        **kafka.client_options(), group_id=None, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    try:
        await consumer.start()
        partitions = await _partitions(consumer, name)
        consumer.assign([TopicPartition(name, partition) for partition in partitions])
        yield Changelog(consumer, key)
    finally:
        await consumer.stop()


async def _partitions(consumer: AIOKafkaConsumer, name: str) -> set[int]:
    await consumer._client.set_topics([name])
    found: set[int] | None = consumer.partitions_for_topic(name)
    if not found:
        # The client says nothing of it, and nothing read would pass for nothing there.
        raise ServiceUnavailableError(
            f"{name} cannot be read: it is not on the broker (`emotionstream topics plan`), or this user may not "
            "(`emotionstream topics acl --part eraser`)"
        )
    return found
