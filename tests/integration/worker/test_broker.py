"""The broker is killed in the middle of the work. It has a broker of its own to kill."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import pytest
from fake_scorer import FakeScorer
from ledger import balanced, lesson, until_committed
from services import service_folder, unique_topics
from waiting import until
from worker_chain import Chain, open_chain, working

from emotionstream.cli.embedded import EmbeddedKafka
from emotionstream.cli.topics_admin import apply_topics
from emotionstream.consumers.emotion_worker import EmotionWorker, WorkerConfig
from emotionstream.schemas.errors import ServiceUnavailableError
from emotionstream.schemas.settings.embedded import EmbeddedSettings
from emotionstream.schemas.settings.intake import IntakeSettings
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.worker import Delivery, WorkerSettings
from emotionstream.schemas.topics import Topic

SLOW = WorkerSettings(
    poll_seconds=0.05, turn_messages=20, max_concurrent=60, drain_seconds=1.0, delivery_seconds=60.0, close_seconds=1.0
)


@pytest.fixture
async def broker() -> AsyncIterator[EmbeddedKafka]:
    """A broker of this test alone."""
    with service_folder() as folder:
        async with EmbeddedKafka(EmbeddedSettings.load(folder=folder)) as service:
            yield service


async def config_of(broker: EmbeddedKafka, **changes: float | Delivery) -> WorkerConfig:
    """A worker's settings over new topics on ``broker``."""
    settings = KafkaSettings(bootstrap_servers=broker.bootstrap_servers)
    topics = unique_topics()
    await apply_topics(settings, topics)
    return WorkerConfig(settings, topics, IntakeSettings(), SLOW.model_copy(update=changes))


def kill(broker: EmbeddedKafka) -> None:
    """kill -9."""
    assert broker.pid is not None
    os.kill(broker.pid, signal.SIGKILL)


def slow() -> FakeScorer:
    """A device that takes a moment."""
    scorer = FakeScorer()
    scorer.seconds = 0.05
    return scorer


async def half_done(chain: Chain, scorer: FakeScorer, count: int) -> list[tuple[int, int]]:
    """Wait until the work is under way, and hold the device there by its gate. Where the input stands."""
    wanted = await lesson(chain, count)
    await until(lambda: sum(map(len, scorer.batches)) >= count // 4)
    scorer.gate.clear()
    # What was scored before is delivered, what is at the device is not.
    await chain.read(Topic.RESULTS, 1)
    return wanted


@pytest.mark.parametrize("delivery", list(Delivery))
async def test_a_killed_broker_that_comes_back_costs_nothing(broker: EmbeddedKafka, delivery: Delivery) -> None:
    """The worker waits for the broker and goes on: every message has a result, under one id each."""
    config = await config_of(broker, delivery=delivery)
    scorer = slow()
    async with open_chain(config) as chain, working(EmotionWorker(scorer, config)):
        wanted = await half_done(chain, scorer, 600)
        kill(broker)
        scorer.gate.set()
        await asyncio.sleep(1)
        await broker.restart()
        await until_committed(chain, wanted)
        ledger = await balanced(chain, wanted)
    assert not ledger.missing
    assert ledger.clean or delivery is Delivery.AT_LEAST_ONCE, ledger


@pytest.mark.parametrize("delivery", list(Delivery))
async def test_a_broker_that_stays_away_ends_the_worker(broker: EmbeddedKafka, delivery: Delivery) -> None:
    """Results that nobody takes are an error with an exit code, not a wait without end."""
    config = await config_of(broker, delivery=delivery, delivery_seconds=8.0)
    async with open_chain(config) as chain:
        scorer = slow()
        serving = asyncio.create_task(EmotionWorker(scorer, config).serve(asyncio.Event()))
        await half_done(chain, scorer, 600)
        kill(broker)
        scorer.gate.set()
        with pytest.raises(ServiceUnavailableError):
            await asyncio.wait_for(serving, 90)
