"""What the learner table holds of one learner, read from its changelog."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaConnectionError, KafkaTimeoutError

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


@dataclass(frozen=True, slots=True)
class Seen:
    """What there is of the learner, by partition. ``whole``: the changelog was read to its end."""

    states: tuple[Held, ...]
    whole: bool


class Changelog:
    """The changelog, read for one key. It goes on reading where it stopped."""

    def __init__(self, consumer: AIOKafkaConsumer, key: bytes) -> None:
        self._consumer = consumer
        self._key = key
        self._held: dict[int, Held] = {}

    async def held(self, limit: float) -> Seen:
        """What there is now; not the whole where the broker gives nothing more for ``limit`` seconds."""
        try:
            async with asyncio.timeout(limit) as clock:
                await self._read(clock, limit)
            whole = True
        except (TimeoutError, KafkaTimeoutError, KafkaConnectionError):  # The broker is away, or its address is.
            whole = False
        return Seen(tuple(self._held[partition] for partition in sorted(self._held)), whole)

    async def _read(self, clock: asyncio.Timeout, limit: float) -> None:
        """Read to the end. What comes gives ``clock`` another ``limit`` seconds: a long changelog takes its time."""
        ends = await self._consumer.end_offsets(self._consumer.assignment())
        for place, end in ends.items():
            reached = await self._consumer.position(place)
            while reached < end:
                for record in (await self._consumer.getmany(place, timeout_ms=1_000)).get(place, ()):
                    if record.key == self._key:
                        self._held[place.partition] = Held(place.partition, record.offset, record.value)
                before, reached = reached, await self._consumer.position(place)
                if reached > before:
                    clock.reschedule(asyncio.get_running_loop().time() + limit)


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
