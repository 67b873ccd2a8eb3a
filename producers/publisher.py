"""What the publishers of one topic have in common: opening, sending, closing."""

from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from aiokafka import AIOKafkaProducer

from emotionstream.producers.connection import Acknowledgement, Outgoing, open_producer, send
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.publisher import PublisherSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Topic, topic_name


class Publisher:
    """Writes to one topic between entering and leaving. Settings that are not given are read from the environment."""

    def __init__(
        self,
        topic: Topic,
        kafka: KafkaSettings | None,
        topics: TopicSettings | None,
        settings: PublisherSettings | None,
    ) -> None:
        self._kafka = kafka or KafkaSettings.load()
        self._topic = topic_name(topic, topics or TopicSettings.load())
        self._settings = settings or PublisherSettings.load()
        self._resources = AsyncExitStack()
        self._producer: AIOKafkaProducer | None = None

    async def __aenter__(self) -> Self:
        opened = open_producer(self._kafka, self._topic, self._settings)
        self._producer = await self._resources.enter_async_context(opened)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._producer = None
        await self._resources.aclose()

    async def _send(self, record: Outgoing) -> Acknowledgement:
        if self._producer is None:
            name = type(self).__name__
            raise RuntimeError(f"{name} is not open: use `async with {name}() as publisher`")
        return await send(self._producer, self._topic, record, self._settings)
