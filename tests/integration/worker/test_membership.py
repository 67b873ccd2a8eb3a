"""Workers come, go, stop and crash; every message is scored."""

import asyncio
from dataclasses import replace
from uuid import UUID

from bad_records import good_message
from fake_scorer import FakeScorer
from waiting import until
from worker_chain import Chain, killed, working

from emotionstream.consumers.emotion_worker import EmotionWorker, WorkerConfig
from emotionstream.schemas.events import ChatMessage
from emotionstream.schemas.topics import Topic

USERS = tuple(f"user-{n}" for n in range(8))


def messages(count: int, start: int = 0) -> list[ChatMessage]:
    """Good messages of several users."""
    return [good_message(f"m-{n}", USERS[n % len(USERS)]) for n in range(start, start + count)]


async def test_a_stop_delivers_commits_and_leaves(chain: Chain, config: WorkerConfig, scorer: FakeScorer) -> None:
    """What was taken is delivered and committed before the worker ends, so that the next one repeats nothing."""
    scorer.seconds = 0.05
    await chain.publish(*messages(200))
    small = replace(config, worker=config.worker.model_copy(update={"max_concurrent": 40, "turn_messages": 10}))
    worker = EmotionWorker(scorer, small)
    async with working(worker):
        await until(lambda: (worker.registry.get_sample_value("emotionstream_worker_in_flight") or 0) > 0)

    async def committed() -> int:
        return sum(offset or 0 for offset in (await chain.committed()).values())

    async def level() -> bool:
        return await chain.count(Topic.RESULTS) == await committed()

    # The broker shows a transaction's results a moment after it has answered the commit.
    await until(level, pause=0.1)
    assert 0 < await committed() < 200
    assert not worker.ready().ok
    async with working(EmotionWorker(FakeScorer(), config)):
        await chain.results(200)
    assert await chain.count(Topic.RESULTS) == 200


async def test_a_stop_with_a_failing_device_is_bounded_and_loses_nothing(
    chain: Chain, config: WorkerConfig, scorer: FakeScorer
) -> None:
    """A worker that cannot finish leaves its messages uncommitted to the next one."""
    scorer.broken = True
    quick = replace(config, worker=config.worker.model_copy(update={"drain_seconds": 0.3}))
    worker = EmotionWorker(scorer, quick)
    await chain.publish(*messages(20))
    async with working(worker):
        await until(lambda: "breaker" in worker.ready().why)
    assert await chain.count(Topic.RESULTS) == 0
    async with working(EmotionWorker(FakeScorer(), config)):
        assert len({result.message_id for result in await chain.results(20)}) == 20


async def test_a_crash_repeats_results_under_the_same_ids(
    chain: Chain, config: WorkerConfig, scorer: FakeScorer
) -> None:
    """Work that was done but not committed is done again, and gives equal results under equal ids."""
    scorer.seconds = 0.02
    await chain.publish(*messages(300))
    small = replace(config, worker=config.worker.model_copy(update={"turn_messages": 16}))
    worker = EmotionWorker(scorer, small)
    serving = asyncio.create_task(worker.serve(asyncio.Event()))
    await until(lambda: (worker.registry.get_sample_value("emotionstream_worker_in_flight") or 0) > 0)
    await chain.read(Topic.RESULTS, 50)
    await killed(worker, serving)
    async with working(EmotionWorker(FakeScorer(), config)):
        await _wait_until_committed(chain, 300)
    results = await chain.results(await chain.count(Topic.RESULTS))
    seen: dict[UUID, str] = {}
    for result in results:
        assert seen.setdefault(result.result_id, result.message_id) == result.message_id
    assert sorted(seen.values()) == sorted(f"m-{n}" for n in range(300))


async def test_workers_share_partitions_and_hand_them_over(chain: Chain, config: WorkerConfig) -> None:
    """A second worker joins amid the work and the first one leaves: every message is scored, and in order."""
    first, second = FakeScorer(), FakeScorer()
    first.seconds = second.seconds = 0.1
    small = replace(config, worker=config.worker.model_copy(update={"max_concurrent": 60, "turn_messages": 8}))
    await chain.publish(*messages(300))
    async with working(EmotionWorker(first, small)) as stop:
        await chain.read(Topic.RESULTS, 20)
        async with working(EmotionWorker(second, small)):
            await chain.publish(*messages(200, start=300))
            await until(lambda: bool(second.batches))
            stop.set()
            await _wait_until_committed(chain, 500)
    results = await chain.results(await chain.count(Topic.RESULTS))
    assert {result.message_id for result in results} == {f"m-{n}" for n in range(500)}
    assert first.batches and second.batches
    for user in USERS:
        offsets = list(dict.fromkeys(result.source.offset for result in results if result.user_id == user))
        assert offsets == sorted(offsets)


async def test_messages_held_in_a_rebalance_are_not_committed_by_the_old_owner(
    chain: Chain, config: WorkerConfig
) -> None:
    """A worker whose device fails while its partitions move drops what it holds: the new owner does it."""
    stuck, healthy = FakeScorer(), FakeScorer()
    stuck.broken = True
    quick = replace(config, worker=config.worker.model_copy(update={"revoke_seconds": 0.2, "drain_seconds": 0.2}))
    await chain.publish(*messages(100))
    worker = EmotionWorker(stuck, quick)
    async with working(worker) as stop:
        await until(lambda: "breaker" in worker.ready().why)
        async with working(EmotionWorker(healthy, quick)):
            await until(lambda: bool(healthy.batches))
            assert worker.registry.get_sample_value("emotionstream_worker_in_flight") is not None
            stop.set()
            await _wait_until_committed(chain, 100)
    results = await chain.results(await chain.count(Topic.RESULTS))
    assert {result.message_id for result in results} == {f"m-{n}" for n in range(100)}
    assert await chain.count(Topic.CHAT_DLQ) == 0


async def _wait_until_committed(chain: Chain, count: int) -> None:
    async with asyncio.timeout(60):
        while sum(offset or 0 for offset in (await chain.committed()).values()) < count:  # noqa: ASYNC110 - Kafka has no event for it
            await asyncio.sleep(0.1)
