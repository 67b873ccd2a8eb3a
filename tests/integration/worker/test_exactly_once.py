"""No fault makes a result come twice, go missing or come out of order, when delivery is by transactions."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from fake_scorer import FakeScorer
from ledger import balance, balanced, lesson, until_committed
from suspension import is_stopped
from waiting import until
from worker_chain import Chain, open_chain, working
from worker_process import worker_process

from emotionstream.consumers.emotion_worker import EmotionWorker, WorkerConfig
from emotionstream.schemas.settings.faults import FaultAction, FaultPoint, FaultSettings
from emotionstream.schemas.settings.intake import IntakeSettings
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.settings.worker import Delivery, WorkerSettings
from emotionstream.schemas.topics import Topic

QUICK = WorkerSettings(
    delivery=Delivery.EXACTLY_ONCE,
    poll_seconds=0.05,
    turn_messages=16,
    max_concurrent=64,
    revoke_seconds=2.0,
    drain_seconds=5.0,
    session_seconds=6.0,
    transaction_seconds=4.0,
    reopen_seconds=1.0,
    close_seconds=1.0,
)


@pytest.fixture
def config(kafka: str, topics: TopicSettings) -> WorkerConfig:
    """A worker's settings over this test's topics."""
    return WorkerConfig(KafkaSettings(bootstrap_servers=kafka), topics, IntakeSettings(), QUICK)


@pytest.fixture
async def chain(config: WorkerConfig) -> AsyncIterator[Chain]:
    """This test's topics."""
    async with open_chain(config) as opened:
        yield opened


def with_delivery(config: WorkerConfig, delivery: Delivery) -> WorkerConfig:
    """``config`` with another guarantee."""
    return replace(config, worker=config.worker.model_copy(update={"delivery": delivery}))


async def killed_at(chain: Chain, config: WorkerConfig, faults: FaultSettings) -> list[tuple[int, int]]:
    """A worker dies as ``faults`` say, another one finishes. Where the input stands."""
    wanted = await lesson(chain, 300)
    async with worker_process(config, faults) as victim:
        assert await asyncio.wait_for(victim.wait(), 30) == -signal.SIGKILL
        assert sum(offset or 0 for offset in (await chain.committed()).values()) < 300
    async with worker_process(config):
        await until_committed(chain, wanted)
    return wanted


@pytest.mark.parametrize(
    ("point", "delay_ms"),
    [
        (FaultPoint.SENT, 0),
        (FaultPoint.GATHERED, 0),
        (FaultPoint.OFFSETS, 0),
        (FaultPoint.ENDING, 0),
        (FaultPoint.ENDING, 1.5),
        (FaultPoint.ENDING, 6),
    ],
)
async def test_a_worker_killed_inside_a_transaction_leaves_nothing_twice(
    chain: Chain, config: WorkerConfig, point: FaultPoint, delay_ms: float
) -> None:
    """kill -9 after the sends, their acknowledgements, the offsets, or the commit: every record has one answer."""
    wanted = await killed_at(chain, config, FaultSettings(point=point, passes=3, delay_ms=delay_ms))
    ledger = await balanced(chain, wanted)
    assert ledger.clean, ledger


async def test_without_transactions_the_same_kill_doubles(chain: Chain, config: WorkerConfig) -> None:
    """At least once, a kill between acknowledgement and commit repeats results, and the ledger says so."""
    faults = FaultSettings(point=FaultPoint.GATHERED, passes=3)
    wanted = await killed_at(chain, with_delivery(config, Delivery.AT_LEAST_ONCE), faults)
    ledger = await balanced(chain, wanted)
    assert ledger.doubled and not ledger.missing


def test_the_ledger_can_fail() -> None:
    """A record without an answer, with two, or before its turn is told."""
    wanted = [(0, 0), (0, 1), (1, 0)]
    assert balance(wanted, [(0, 0), (1, 0)], [(0, 1)]).clean
    assert balance(wanted, [(0, 0), (0, 1)], []).missing == {(1, 0)}
    assert balance(wanted, wanted, [(0, 1)]).doubled == {(0, 1)}
    assert balance(wanted, [(0, 1), (0, 0), (1, 0)], []).disordered == 1


@pytest.mark.parametrize("point", [FaultPoint.GATHERED, FaultPoint.OFFSETS, FaultPoint.ENDING])
async def test_a_worker_that_wakes_up_late_adds_nothing(chain: Chain, config: WorkerConfig, point: FaultPoint) -> None:
    """Suspended inside a transaction, replaced, and resumed, a worker is fenced, and goes on as a member again."""
    first = await lesson(chain, 300)
    async with worker_process(config, FaultSettings(point=point, action=FaultAction.STOP, passes=3)) as sleeper:
        await until(lambda: is_stopped(sleeper.pid))
        async with worker_process(config):
            await until_committed(chain, first)
            os.kill(sleeper.pid, signal.SIGCONT)
            second = await lesson(chain, 300, start=300)
            await until_committed(chain, second)
            third = await lesson(chain, 100, start=600)
            await until_committed(chain, third)
        assert sleeper.returncode is None
        # Alone now, it must still be able to work.
        fourth = await lesson(chain, 100, start=700)
        await until_committed(chain, fourth)
    ledger = await balanced(chain, [*first, *second, *third, *fourth])
    assert ledger.clean, ledger


async def test_a_send_that_fails_inside_a_transaction_takes_the_whole_of_it_back(
    chain: Chain, config: WorkerConfig
) -> None:
    """While the broker refuses the dead letters, results of the same transactions are not committed either."""
    worker = EmotionWorker(FakeScorer(), config)
    await set_limit(chain, 90)
    async with working(worker):
        wanted = await lesson(chain, 200)
        await until(lambda: "taken over" in worker.ready().why)
        await asyncio.sleep(2)
        during = await balanced(chain, wanted)
        assert not during.doubled
        committed = await chain.committed()
        # What is committed is answered, bad records included: nothing has been skipped.
        assert not [place for place in during.missing if place[1] < (committed[place[0]] or 0)]
        await set_limit(chain, 1_000_000)
        await until_committed(chain, wanted)
    ledger = await balanced(chain, wanted)
    assert ledger.clean, ledger


async def set_limit(chain: Chain, limit: int) -> None:
    """The largest record batch that the broker takes into the dead-letter topic."""
    admin = AIOKafkaAdminClient(**chain.config.kafka.client_options())
    await admin.start()
    try:
        change = {"max.message.bytes": str(limit)}
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, chain.name(Topic.CHAT_DLQ), change)])
    finally:
        await admin.close()


async def test_workers_that_come_and_go_double_nothing(chain: Chain, config: WorkerConfig) -> None:
    """Partitions that move in the middle of the work, again and again, leave every record with one answer, in order."""
    wanted: list[tuple[int, int]] = []
    async with working(EmotionWorker(slow(), config)):
        for turn in range(4):
            wanted += await lesson(chain, 150, start=150 * turn)
            async with working(EmotionWorker(slow(), config)):
                await asyncio.sleep(0.3 * turn)
        await until_committed(chain, wanted)
    ledger = await balanced(chain, wanted)
    assert ledger.clean, ledger


async def test_two_fresh_workers_start_together(chain: Chain, config: WorkerConfig) -> None:
    """Workers that join at the same moment share the work without doubling it."""
    wanted = await lesson(chain, 200)
    async with AsyncExitStack() as all_of_them:
        for _ in range(2):
            await all_of_them.enter_async_context(working(EmotionWorker(slow(), config)))
        await until_committed(chain, wanted)
    ledger = await balanced(chain, wanted)
    assert ledger.clean, ledger


def slow() -> FakeScorer:
    """A device that takes a moment."""
    scorer = FakeScorer()
    scorer.seconds = 0.05
    return scorer
