"""What comes out of Kafka during the demo, read as any subscriber would."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import ConsumerRecord, TopicPartition

from emotionstream.cli.demo.lesson import Lesson
from emotionstream.consumers.reader import open_reader
from emotionstream.schemas.events import EmotionResult, Intervention
from emotionstream.schemas.rejections import parse_rejection
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.subscriber import SubscriberSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Topic, topic_name

Heard = EmotionResult | Intervention


@dataclass(slots=True)
class Listener:
    """Hands on what concerns ``lesson``: results and interventions with the time of reading, and refusals.

    ``last_results`` is the offset of the last result that was read, by partition.
    """

    lesson: Lesson
    topics: TopicSettings
    consumer: AIOKafkaConsumer
    heard: Callable[[Heard, float], None]
    refused: Callable[[ConsumerRecord], None]
    last_results: dict[int, int] = field(default_factory=dict)

    async def listen(self) -> None:
        """Read until cancelled."""
        while True:
            for records in (await self.consumer.getmany(timeout_ms=1_000)).values():
                at = time.monotonic()
                for record in records:
                    self._take(record, at)

    async def behind(self, topic: Topic) -> int:
        """How many records of ``topic`` are in Kafka and not read yet."""
        name = topic_name(topic, self.topics)
        mine = [partition for partition in self.consumer.assignment() if partition.topic == name]
        ends: dict[TopicPartition, int] = await self.consumer.end_offsets(mine)
        return sum([end - int(await self.consumer.position(partition)) for partition, end in ends.items()])

    def _take(self, record: ConsumerRecord, at: float) -> None:
        if record.value is None or (record.key or b"").decode(errors="replace") not in self.lesson.seats:
            return
        if record.topic == topic_name(Topic.RESULTS, self.topics):
            self.last_results[record.partition] = record.offset
            self.heard(EmotionResult.model_validate_json(record.value), at)
        elif record.topic == topic_name(Topic.INTERVENTIONS, self.topics):
            self.heard(Intervention.model_validate_json(record.value), at)
        elif parse_rejection(tuple(record.headers)) is not None:
            self.refused(record)


@asynccontextmanager
async def open_listener(
    lesson: Lesson,
    kafka: KafkaSettings,
    topics: TopicSettings,
    heard: Callable[[Heard, float], None],
    refused: Callable[[ConsumerRecord], None],
    *,
    fetch_wait_ms: int = 20,
) -> AsyncIterator[Listener]:
    """A listener whose start is settled: what is published from now on is read.

    Short fetches, at a cost: a client has one under way per broker, and a topic that is not in it waits for its end.

    Raises:
        ServiceUnavailableError, TopicMismatchError: as ``open_reader`` says.
    """
    names = [topic_name(topic, topics) for topic in (Topic.RESULTS, Topic.INTERVENTIONS, Topic.CHAT_DLQ)]
    settings = SubscriberSettings.load(fetch_max_wait_ms=fetch_wait_ms)
    async with open_reader(names, kafka, settings) as consumer:
        yield Listener(lesson, topics, consumer, heard, refused)
