"""Load on a running chain: all at once for its throughput, at a steady rate for its latency."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from aiokafka.structs import ConsumerRecord

from emotionstream.cli.demo.lesson import Lesson, Seat
from emotionstream.cli.demo.listen import Heard, Listener, open_listener
from emotionstream.cli.demo.play import beside
from emotionstream.cli.demo.tally import Tally
from emotionstream.cli.stack import Stack
from emotionstream.producers.chat import ChatPublisher
from emotionstream.schemas.events import ChatMessage, EmotionResult
from emotionstream.schemas.rejections import parse_rejection

LEARNERS = 200
"""Learners who write in turn: a learner's messages are then so many apart."""
RHYTHM = timedelta(seconds=20)
"""Between two messages of one learner, by their sent_at: as in a lesson, whatever the speed of sending."""
PATIENCE = 60.0
"""Seconds without a new result after which a run counts as stuck."""


def make_lesson(texts: list[str], learners: int = LEARNERS) -> Lesson:
    """Texts as messages of ``learners``, in turn. The last is of now."""
    run = uuid4().hex[:6]
    now, count = datetime.now(tz=UTC), len(texts)
    messages = [
        ChatMessage(
            message_id=f"bench-{number}-{run}",
            user_id=f"bench-{number % learners}-{run}",
            session_id=f"bench-{number % learners}-{run}",
            text=text,
            sent_at=now - RHYTHM * ((count - 1 - number) / learners),
        )
        for number, text in enumerate(texts)
    ]
    users = dict.fromkeys(message.user_id for message in messages)
    return Lesson(run, tuple(messages), {user: Seat(user, "") for user in users})


async def throughput(stack: Stack, texts: list[str]) -> tuple[float, Tally]:
    """Results a second from the first send to the last result, everything published as fast as it goes."""
    lesson = make_lesson(texts)
    async with (
        _listening(stack, lesson, fetch_wait_ms=100) as (tally, _),
        ChatPublisher(kafka=stack.kafka, topics=stack.topics) as to,
    ):
        started = time.monotonic()
        async for published in to.publish_many(lesson.messages):
            if published.message is None or published.position is None:
                raise published.error or RuntimeError("not acknowledged")
            tally.sent(published.message, published.position, time.monotonic())
        await _until_scored(tally)
    return len(tally.results) / (max(tally.results.values()) - started), tally


async def steady(stack: Stack, texts: list[str], rate: float) -> Tally:
    """Publish ``rate`` messages a second, one after the other, and time each."""
    lesson = make_lesson(texts, learners=max(1, round(rate)))
    async with _listening(stack, lesson) as (tally, _), ChatPublisher(kafka=stack.kafka, topics=stack.topics) as to:
        started = time.monotonic()
        for number, message in enumerate(lesson.messages):
            await asyncio.sleep(max(0.0, started + number / rate - time.monotonic()))
            position = await to.publish(message)
            tally.sent(message, position, time.monotonic())
        await _until_scored(tally)
        # An intervention follows its result by far less than this.
        await asyncio.sleep(3)
    return tally


@asynccontextmanager
async def _listening(stack: Stack, lesson: Lesson, fetch_wait_ms: int = 20) -> AsyncIterator[tuple[Tally, Listener]]:
    tally = Tally()

    def heard(event: Heard, at: float) -> None:
        if isinstance(event, EmotionResult):
            tally.scored(event, at)
        else:
            tally.raised(event, at)

    def refused(record: ConsumerRecord) -> None:
        if (rejection := parse_rejection(tuple(record.headers))) is not None:
            tally.refused(rejection.source)

    async with (
        open_listener(lesson, stack.kafka, stack.topics, heard, refused, fetch_wait_ms=fetch_wait_ms) as listener,
        beside(listener.listen()),
    ):
        yield tally, listener


async def _until_scored(tally: Tally) -> None:
    left, since = len(tally.acknowledged), time.monotonic()
    while left:
        await asyncio.sleep(0.25)
        # Which they are is looked at only at the end: it costs as much as the reading.
        now_left = len(tally.acknowledged) - len(tally.results) - len(tally.rejected) or len(tally.missing)
        if now_left != left:
            left, since = now_left, time.monotonic()
        if time.monotonic() - since > PATIENCE:
            raise RuntimeError(f"{left} messages have no result")
