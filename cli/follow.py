"""Results and rejections as they come back, for ``publish --follow``."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeAlias

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from aiokafka.structs import ConsumerRecord
from pydantic import ValidationError

from emotionstream.cli.awaited import Awaited, Sent
from emotionstream.consumers.reader import open_reader, refused
from emotionstream.schemas.events import ChatMessage, EmotionResult, Rejection
from emotionstream.schemas.rejections import parse_rejection
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.publisher import PublisherSettings
from emotionstream.schemas.settings.subscriber import SubscriberSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Topic, topic_name

Raw: TypeAlias = ConsumerRecord
Outcome = EmotionResult | Rejection


@dataclass(frozen=True, slots=True)
class CameBack:
    """What came back of a message, ``seconds`` after it was sent: None where nothing did within the time-out."""

    sent: Sent
    outcome: Outcome | None
    seconds: float


Tell = Callable[[CameBack], None]


class Follower:
    """Tells what comes back of the messages that are announced to it; made by ``following``."""

    def __init__(self, awaited: Awaited, tell: Tell) -> None:
        self._awaited = awaited
        self._tell = tell

    async def expect(self, message_id: str, user_id: str, line: int) -> bool:
        """Announce a message right before it is published; waits while too many are awaited.

        False where one with its id is awaited already.
        """
        return await self._awaited.expect(message_id, lambda: Sent(message_id, user_id, line, time.monotonic()))

    def forget(self, message_id: str) -> None:
        """The message was not published after all."""
        self._awaited.take(message_id)

    async def all_told(self) -> None:
        """Wait until of every message something came back, or its time-out passed."""
        await self._awaited.nothing_left()

    async def read(self, consumer: AIOKafkaConsumer, poll_ms: int) -> None:
        """Read results and rejections for ever."""
        while True:
            try:
                polled = await consumer.getmany(timeout_ms=poll_ms)
            except KafkaError as error:
                raise refused(error) from error
            now = time.monotonic()
            for record in (record for records in polled.values() for record in records):
                self._came(record, now)
            for sent in self._awaited.expired(now):
                self._tell(CameBack(sent, None, now - sent.at))

    def _came(self, record: Raw, now: float) -> None:
        found = parse(record)
        sent = None if found is None else self._awaited.take(found[0])
        if found is not None and sent is not None:
            self._tell(CameBack(sent, found[1], now - sent.at))


@asynccontextmanager
async def following(
    kafka: KafkaSettings, topics: TopicSettings, settings: PublisherSettings, reading: SubscriberSettings, tell: Tell
) -> AsyncIterator[Follower]:
    """A follower that reads from now on, without a group.

    Raises:
        ServiceUnavailableError, SettingsError, TopicMismatchError: as ``open_reader`` says.
    """
    follower = Follower(Awaited(settings.follow_window, settings.follow_timeout_seconds), tell)
    names = [topic_name(topic, topics) for topic in (Topic.RESULTS, Topic.CHAT_DLQ)]
    # A task group: when the reading fails, whoever waits for results must hear of it.
    async with open_reader(names, kafka, reading) as consumer, asyncio.TaskGroup() as tasks:
        reader = tasks.create_task(follower.read(consumer, reading.poll_ms))
        yield follower
        reader.cancel()


def parse(record: Raw) -> tuple[str, Outcome] | None:
    """The message id and the result or rejection that a record holds; None for what is not ours to read."""
    rejection = parse_rejection(tuple(record.headers))
    try:
        if rejection is not None:
            return ChatMessage.model_validate_json(record.value or b"").message_id, rejection
        result = EmotionResult.model_validate_json(record.value or b"")
    except ValidationError:
        return None
    return result.message_id, result
