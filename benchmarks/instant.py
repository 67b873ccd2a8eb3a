"""The worker's ceiling: a device that takes no time, so that only Kafka and the worker itself are measured."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

from emotionstream.cli.topics_admin import apply_topics
from emotionstream.consumers.emotion_worker import EmotionWorker, WorkerConfig
from emotionstream.inference.scoring import Encoded, Score, ScoreRequest
from emotionstream.producers.chat import ChatPublisher
from emotionstream.schemas.affect import READINESS_STATES, Pad, Readiness
from emotionstream.schemas.emotions import EMOTIONS
from emotionstream.schemas.events import ChatMessage, ModelInfo
from emotionstream.schemas.settings.intake import IntakeSettings
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.settings.worker import Delivery, WorkerSettings

_TOKENS: Final = Encoded((tuple(range(20)),), (0.0,) * 6, truncated=False)
_EVEN: Final = Score(
    probabilities=(1 / len(EMOTIONS),) * len(EMOTIONS),
    primary_emotion=EMOTIONS[0],
    confidence=1 / len(EMOTIONS),
    pad=Pad(pleasure=0.5, arousal=0.5, dominance=0.5),
    readiness=Readiness(score=0.5, state=READINESS_STATES[0]),
    truncated=False,
    tokens=20,
)


class Instant:
    """Says the same of every text, at once."""

    info = ModelInfo(name="instant", version="1", engine="none")

    async def encode(self, requests: Sequence[ScoreRequest]) -> list[Encoded]:
        """Twenty tokens each."""
        return [_TOKENS] * len(requests)

    async def infer(self, batch: Sequence[Encoded]) -> list[Score]:
        """Every emotion is as likely."""
        return [_EVEN] * len(batch)


async def results_per_second(kafka: KafkaSettings, delivery: Delivery, count: int) -> float:
    """Results a second of one worker that finds ``count`` messages waiting."""
    topics = TopicSettings(prefix=f"bench{uuid4().hex[:8]}.")
    await apply_topics(kafka, topics)
    async with ChatPublisher(kafka=kafka, topics=topics) as publisher:
        async for published in publisher.publish_many(_messages(count)):
            if published.error is not None:
                raise published.error
    worker = EmotionWorker(Instant(), WorkerConfig(kafka, topics, IntakeSettings(), WorkerSettings(delivery=delivery)))
    stop = asyncio.Event()
    serving = asyncio.create_task(worker.serve(stop))
    # Not from the beginning: connections, and the first transactions, are no part of a steady pace.
    begun = count // 10
    started = await _reached(worker, begun)
    ended = await _reached(worker, count)
    stop.set()
    await serving
    return (count - begun) / (ended - started)


async def _reached(worker: EmotionWorker, count: int) -> float:
    name, labels = "emotionstream_worker_messages_total", {"outcome": "scored"}
    while (worker.registry.get_sample_value(name, labels) or 0) < count:  # noqa: ASYNC110 - a metric has no event
        await asyncio.sleep(0.005)
    return time.monotonic()


def _messages(count: int) -> list[ChatMessage]:
    now = datetime.now(UTC)
    return [
        ChatMessage(
            message_id=f"m-{n}", user_id=f"user-{n % 200}", session_id=f"s-{n % 200}", text="I see.", sent_at=now
        )
        for n in range(count)
    ]
