"""One run: publish the lesson, listen to what comes out, and count it."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiokafka.structs import ConsumerRecord

from emotionstream.cli.demo.board import Board
from emotionstream.cli.demo.lesson import Lesson
from emotionstream.cli.demo.listen import Heard, Listener, open_listener
from emotionstream.cli.demo.screen import Screen
from emotionstream.cli.demo.settle import Recorded, Settling
from emotionstream.cli.demo.tally import Tally
from emotionstream.cli.topics_admin import admin
from emotionstream.history.store import History
from emotionstream.producers.chat import ChatPublisher
from emotionstream.schemas.errors import PublishError
from emotionstream.schemas.events import EmotionResult, ModelInfo, Reason
from emotionstream.schemas.rejections import parse_rejection
from emotionstream.schemas.settings.demo import DemoSettings
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.topics import TopicSettings

Describe = Callable[[Reason], str]


@dataclass(slots=True)
class Play:
    """A lesson, what is known of it so far, and where it is shown."""

    lesson: Lesson
    tally: Tally
    board: Board
    screen: Screen
    describe: Describe
    settings: DemoSettings
    model: ModelInfo | None = None
    first_send: float = 0.0

    def heard(self, event: Heard, at: float) -> None:
        """A result or an intervention was read."""
        if isinstance(event, EmotionResult):
            self.model = event.model
            if self.tally.scored(event, at):
                self.board.scored(event)
        elif self.tally.raised(event, at):
            words = tuple(self.describe(reason) for reason in event.reasons)
            self.screen.raised(self.board.raised(event, words))

    def refused(self, record: ConsumerRecord) -> None:
        """A message of the lesson came out at the dead-letter topic."""
        if (rejection := parse_rejection(tuple(record.headers))) is not None:
            self.tally.refused(rejection.source)

    async def run(self, kafka: KafkaSettings, topics: TopicSettings, history: History, *, fast: bool) -> Recorded:
        """Publish everything and wait until it has come out everywhere. Gives what PostgreSQL then has."""
        async with (
            open_listener(self.lesson, kafka, topics, self.heard, self.refused) as listener,
            beside(listener.listen()),
            beside(self._refresh()),
        ):
            async with ChatPublisher(kafka=kafka, topics=topics) as publisher:
                self.first_send = time.monotonic()
                await (self._at_once(publisher) if fast else self._at_pace(publisher))
            return await self._settle(listener, kafka, topics, history)

    async def _at_once(self, publisher: ChatPublisher) -> None:
        async for published in publisher.publish_many(self.lesson.messages):
            if published.position is None or published.message is None:
                raise published.error or PublishError("a message of the demo was not acknowledged")
            self.board.said(published.message)
            self.tally.sent(published.message, published.position, time.monotonic())

    async def _at_pace(self, publisher: ChatPublisher) -> None:
        for number, message in enumerate(self.lesson.messages):
            due = self.first_send + number / self.settings.rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            self.board.said(message)
            position = await publisher.publish(message)
            self.tally.sent(message, position, time.monotonic())

    async def _settle(
        self, listener: Listener, kafka: KafkaSettings, topics: TopicSettings, history: History
    ) -> Recorded:
        async with admin(kafka) as client:
            recorded = await Settling(self.tally, listener, history, self.lesson, self.settings).wait(client, topics)
        self.screen.update()
        return recorded

    async def _refresh(self) -> None:
        while True:
            self.screen.update()
            await asyncio.sleep(1 / self.settings.refreshes_per_second)


@asynccontextmanager
async def beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run a coroutine that never ends beside the block. Its failure ends the block and is raised."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(work)
        yield
        task.cancel()
