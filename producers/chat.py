"""Publishing chat messages."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Iterable, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from emotionstream.producers.connection import Acknowledgement, Outgoing, acknowledged
from emotionstream.producers.publisher import Publisher
from emotionstream.producers.record import chat_record
from emotionstream.schemas.errors import EmotionStreamError
from emotionstream.schemas.events import ChatMessage
from emotionstream.schemas.position import SourcePosition
from emotionstream.schemas.settings.intake import IntakeSettings
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.publisher import PublisherSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Topic

Chat = ChatMessage | Mapping[str, Any]
"""A message, or a mapping of its fields."""


@dataclass(frozen=True, slots=True)
class Published:
    """What became of one message of ``publish_many``: ``position`` in Kafka, or the ``error``; never both.

    ``index`` counts from 0 in the order of the messages given; ``message`` is None where it was not valid.
    """

    index: int
    message: ChatMessage | None
    position: SourcePosition | None
    error: EmotionStreamError | None


@dataclass(frozen=True, slots=True)
class _OnItsWay:
    """A message that was handed to the producer, or why it was not."""

    index: int
    message: ChatMessage | None
    outcome: Acknowledgement | EmotionStreamError


class ChatPublisher(Publisher):
    """Publishes chat messages: validated, keyed by ``user_id``, acknowledged by all in-sync replicas, idempotent.

    An async context manager; settings that are not given are read from the environment::

        async with ChatPublisher() as publisher:
            position = await publisher.publish({"message_id": "m-1", "user_id": "ada", ...})

    One learner's messages keep the order in which they are published. Entering it raises ``SettingsError`` (no broker
    is named), ``ServiceUnavailableError`` (Kafka does not answer) or ``TopicMismatchError`` (no chat topic).
    """

    def __init__(
        self,
        kafka: KafkaSettings | None = None,
        topics: TopicSettings | None = None,
        settings: PublisherSettings | None = None,
        intake: IntakeSettings | None = None,
    ) -> None:
        super().__init__(Topic.CHAT, kafka, topics, settings)
        self._intake = intake or IntakeSettings.load()

    async def publish(self, message: Chat, *, traceparent: str | None = None) -> SourcePosition:
        """Publish one message and wait until Kafka has it. ``traceparent`` (W3C) is passed through.

        Raises:
            InvalidMessageError: it does not fit the schema or Kafka's limits, and was not sent.
            PublishError: Kafka did not acknowledge it; it may be sent again with the same id.
            TopicMismatchError: the chat topic is gone.
        """
        _, record = self._record(message, traceparent)
        return await acknowledged(await self._send(record))

    async def publish_many(self, messages: Iterable[Chat] | AsyncIterable[Chat]) -> AsyncGenerator[Published]:
        """Publish ``messages`` and yield what became of each, in their order, as soon as it is known.

        At most ``max_in_flight`` messages are held at a time: whoever does not take results slows the reading of
        ``messages``. An error of ``messages`` itself is raised after the results of what came before.
        """
        window: asyncio.Queue[_OnItsWay | None] = asyncio.Queue(self._settings.max_in_flight)
        reader = asyncio.create_task(self._send_all(messages, window))
        try:
            while (sent := await window.get()) is not None:
                yield await self._settle(sent)
            await reader
        finally:
            reader.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await reader

    async def _send_all(
        self, messages: Iterable[Chat] | AsyncIterable[Chat], window: asyncio.Queue[_OnItsWay | None]
    ) -> None:
        index = 0
        try:
            async with aclosing(_each(messages)) as each:
                async for message in each:
                    await window.put(await self._try_send(index, message))
                    index += 1
        except Exception:
            await window.put(None)
            raise
        await window.put(None)

    async def _try_send(self, index: int, message: Chat) -> _OnItsWay:
        try:
            checked, record = self._record(message, None)
        except EmotionStreamError as error:
            return _OnItsWay(index, None, error)
        try:
            return _OnItsWay(index, checked, await self._send(record))
        except EmotionStreamError as error:
            return _OnItsWay(index, checked, error)

    async def _settle(self, sent: _OnItsWay) -> Published:
        if isinstance(sent.outcome, EmotionStreamError):
            return Published(sent.index, sent.message, None, sent.outcome)
        try:
            position = await acknowledged(sent.outcome)
        except EmotionStreamError as error:
            return Published(sent.index, sent.message, None, error)
        return Published(sent.index, sent.message, position, None)

    def _record(self, message: Chat, traceparent: str | None) -> tuple[ChatMessage, Outgoing]:
        now = datetime.now(tz=UTC)
        return chat_record(message, self._intake, now=now, source=self._settings.source, traceparent=traceparent)


async def _each(messages: Iterable[Chat] | AsyncIterable[Chat]) -> AsyncGenerator[Chat]:
    if isinstance(messages, AsyncIterable):
        async for message in messages:
            yield message
    else:
        for message in messages:
            yield message
