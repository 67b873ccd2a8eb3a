"""What the worker's tests share."""

from collections.abc import AsyncIterator

import pytest
from fake_scorer import FakeScorer
from worker_chain import Chain, open_chain

from emotionstream.consumers.emotion_worker import WorkerConfig
from emotionstream.schemas.settings.intake import IntakeSettings
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.settings.worker import Delivery, WorkerSettings

QUICK = WorkerSettings(
    poll_seconds=0.05,
    hold_seconds=0.1,
    breaker_open_seconds=0.3,
    device_seconds=2.0,
    revoke_seconds=2.0,
    drain_seconds=5.0,
    session_seconds=6.0,
    reopen_seconds=0.5,
)


@pytest.fixture(params=list(Delivery))
def config(request: pytest.FixtureRequest, kafka: str, topics: TopicSettings) -> WorkerConfig:
    """A worker's settings over this test's topics: every test is put to both ways of delivery."""
    worker = QUICK.model_copy(update={"delivery": request.param})
    return WorkerConfig(KafkaSettings(bootstrap_servers=kafka), topics, IntakeSettings(), worker)


@pytest.fixture
async def chain(config: WorkerConfig) -> AsyncIterator[Chain]:
    """This test's topics."""
    async with open_chain(config) as opened:
        yield opened


@pytest.fixture
def scorer() -> FakeScorer:
    """A scorer that works until a test makes it fail."""
    return FakeScorer()
