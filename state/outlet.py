"""Where interventions and dead letters go out: each acknowledged before anything else happens."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaProducer, TopicPartition

from emotionstream.schemas.record_batches import hand_over
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import topic_name
from emotionstream.state.turn import Output


class Outlet:
    """A producer apart from the changelog's: that one waits a little to send in batches, an intervention must not."""

    def __init__(self, producer: AIOKafkaProducer, topics: TopicSettings) -> None:
        self._producer = producer
        self._topics = topics
        self._since: float | None = None

    @property
    def unanswered(self) -> float:
        """Seconds that a record has been waiting for its acknowledgement, 0 where none is."""
        return 0.0 if self._since is None else time.monotonic() - self._since

    async def send(self, output: Output, partition: int) -> None:
        """Publish ``output``; returns when every in-sync replica has it.

        Raises:
            KafkaError: it was not acknowledged.
        """
        name = topic_name(output.topic, self._topics)
        self._since = time.monotonic()
        for acknowledged in await hand_over(self._producer, TopicPartition(name, partition), [output]):
            await acknowledged
        self._since = None


@asynccontextmanager
async def open_outlet(kafka: KafkaSettings, topics: TopicSettings) -> AsyncIterator[Outlet]:
    """An outlet, connected; closed at the end."""
    producer = AIOKafkaProducer(**kafka.client_options(), acks="all", enable_idempotence=True)
    await producer.start()
    try:
        yield Outlet(producer, topics)
    finally:
        await producer.stop()
