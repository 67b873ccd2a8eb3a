"""Milliseconds to a result under both ways of delivery at the same time, so that the machine's load hits both alike."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import uuid4

from instant import Instant

from emotionstream.cli.topics_admin import apply_topics
from emotionstream.consumers.emotion_worker import EmotionWorker, WorkerConfig
from emotionstream.consumers.reader import open_reader
from emotionstream.producers.chat import ChatPublisher
from emotionstream.schemas.events import ChatMessage, EmotionResult
from emotionstream.schemas.settings.intake import IntakeSettings
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.subscriber import SubscriberSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.settings.worker import Delivery, WorkerSettings
from emotionstream.schemas.topics import Topic, topic_name


class Lane:
    """One way of delivery: a worker whose device takes no time, and what its results took."""

    def __init__(self, publisher: ChatPublisher) -> None:
        self._publisher = publisher
        self._sent: dict[str, float] = {}
        self.waits: list[float] = []

    async def say(self, number: int) -> None:
        """Publish one message."""
        name = f"m-{number}"
        message = ChatMessage(
            message_id=name, user_id=f"u-{number % 50}", session_id="s", text="I see.", sent_at=datetime.now(UTC)
        )
        await self._publisher.publish(message)
        self._sent[name] = time.monotonic()

    def heard(self, result: EmotionResult, at: float) -> None:
        """A result was read."""
        self.waits.append(at - self._sent.get(result.message_id, at))


async def waits(kafka: KafkaSettings, rate: float, seconds: float) -> dict[Delivery, list[float]]:
    """Seconds from the acknowledged send to the result read, for each way, at ``rate`` messages a second each."""
    async with lane(kafka, Delivery.AT_LEAST_ONCE) as first, lane(kafka, Delivery.EXACTLY_ONCE) as second:
        count, started = round(rate * seconds), time.monotonic()
        for number in range(count):
            for place, way in enumerate((first, second)):
                await asyncio.sleep(max(0.0, started + (number + place / 2) / rate - time.monotonic()))
                await way.say(number)
        while min(len(first.waits), len(second.waits)) < count:  # noqa: ASYNC110 - Kafka has no event for it
            await asyncio.sleep(0.05)
        # The first tenth warms up.
        return {
            Delivery.AT_LEAST_ONCE: first.waits[count // 10 :],
            Delivery.EXACTLY_ONCE: second.waits[count // 10 :],
        }


@asynccontextmanager
async def lane(kafka: KafkaSettings, delivery: Delivery) -> AsyncIterator[Lane]:
    """A worker at work on topics of its own, and a reader of its results."""
    topics = TopicSettings(prefix=f"bench{uuid4().hex[:8]}.")
    await apply_topics(kafka, topics)
    worker = EmotionWorker(Instant(), WorkerConfig(kafka, topics, IntakeSettings(), WorkerSettings(delivery=delivery)))
    stop = asyncio.Event()
    results = [topic_name(Topic.RESULTS, topics)]
    async with (
        open_reader(results, kafka, SubscriberSettings()) as reader,
        ChatPublisher(kafka=kafka, topics=topics) as publisher,
        asyncio.TaskGroup() as tasks,
    ):
        opened = Lane(publisher)

        async def listen() -> None:
            while not stop.is_set():
                for records in (await reader.getmany(timeout_ms=200)).values():
                    at = time.monotonic()
                    for record in records:
                        opened.heard(EmotionResult.model_validate_json(record.value), at)

        tasks.create_task(worker.serve(stop))
        tasks.create_task(listen())
        while not worker.ready().ok:  # noqa: ASYNC110 - a health check has no event
            await asyncio.sleep(0.05)
        try:
            yield opened
        finally:
            stop.set()
