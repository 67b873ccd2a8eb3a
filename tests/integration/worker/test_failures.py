"""The device fails in every way; nothing is lost, nothing invented."""

import asyncio
from dataclasses import replace

import pytest
from bad_records import good_message
from examples import chat_message
from fake_scorer import FakeScorer
from waiting import settled, until
from worker_chain import Chain, working

from emotionstream.consumers.emotion_worker import EmotionWorker, WorkerConfig
from emotionstream.schemas.errors import StuckError
from emotionstream.schemas.events import RejectionKind
from emotionstream.schemas.rejections import parse_rejection
from emotionstream.schemas.topics import Topic

USERS = ("ada", "bob", "cleo")


def messages(count: int, start: int = 0) -> list:  # type: ignore[type-arg]
    """Good messages of several users."""
    return [good_message(f"m-{n}", USERS[n % len(USERS)]) for n in range(start, start + count)]


async def test_a_failing_device_pauses_the_worker_and_loses_nothing(
    chain: Chain, config: WorkerConfig, scorer: FakeScorer
) -> None:
    """While the device fails nothing is rejected, taken or committed and /ready says no; then all is scored."""
    scorer.broken = True
    worker = EmotionWorker(scorer, config)
    await chain.publish(*messages(30))
    async with working(worker):
        await until(lambda: "breaker" in worker.ready().why)
        assert worker.live().ok
        # Looks for records that were under way may still have brought some; after that nothing is taken.
        held = await settled(lambda: worker.registry.get_sample_value("emotionstream_worker_in_flight"))
        await chain.publish(*messages(30, start=30))
        await asyncio.sleep(1)
        assert worker.registry.get_sample_value("emotionstream_worker_in_flight") == held
        assert await chain.count(Topic.RESULTS) == await chain.count(Topic.CHAT_DLQ) == 0
        assert set((await chain.committed()).values()) == {None}
        scorer.broken = False
        results = await chain.results(60)
        assert worker.ready().ok
    assert {result.message_id for result in results} == {f"m-{n}" for n in range(60)}
    assert await chain.count(Topic.RESULTS) == 60
    assert await chain.count(Topic.CHAT_DLQ) == 0


async def test_one_poison_message_is_rejected_and_the_rest_scored(
    chain: Chain, config: WorkerConfig, scorer: FakeScorer
) -> None:
    """A message on which the device always fails goes to the dead letters alone, without its text in the reason."""
    scorer.poison = "kumquat"
    good = messages(20)
    poison = chat_message(message_id="bad", text="a kumquat", sent_at=good[0].sent_at)
    await chain.publish(*good[:10], poison, *good[10:])
    async with working(EmotionWorker(scorer, config)):
        (letter,) = await chain.read(Topic.CHAT_DLQ, 1)
        results = await chain.results(20)
    rejection = parse_rejection(letter.headers)
    assert rejection is not None and rejection.kind is RejectionKind.UNSCORABLE
    assert "kumquat" not in rejection.reason
    assert letter.value == poison.to_json()
    assert {result.message_id for result in results} == {message.message_id for message in good}


async def test_a_single_poison_message_with_nobody_else_is_rejected_too(
    chain: Chain, config: WorkerConfig, scorer: FakeScorer
) -> None:
    """Where no other message can show that the device works, a probe does: the partition does not stop."""
    scorer.poison = "kumquat"
    await chain.publish(good_message("bad").model_copy(update={"text": "kumquat"}))
    async with working(EmotionWorker(scorer, config)):
        await chain.read(Topic.CHAT_DLQ, 1)
        await chain.publish(good_message("good"))
        (result,) = await chain.results(1)
    assert result.message_id == "good"


async def test_batches_that_do_not_fit_are_split(chain: Chain, config: WorkerConfig, scorer: FakeScorer) -> None:
    """Out of memory costs no message and opens no breaker."""
    scorer.memory = 40
    worker = EmotionWorker(scorer, config)
    await chain.publish(*messages(30))
    async with working(worker):
        assert len({result.message_id for result in await chain.results(30)}) == 30
    assert await chain.count(Topic.CHAT_DLQ) == 0
    assert worker.registry.get_sample_value("emotionstream_worker_device_failures_total") == 0


async def test_a_hung_device_ends_the_worker_and_the_next_one_does_its_work(
    chain: Chain, config: WorkerConfig, scorer: FakeScorer
) -> None:
    """With work waiting and no progress /live says no, then the worker ends itself; nothing was committed."""
    impatient = config.worker.model_copy(
        update={"device_seconds": 0.5, "stall_seconds": 0.5, "abandon_seconds": 2.0, "drain_seconds": 0.1}
    )
    scorer.hangs = True
    worker = EmotionWorker(scorer, replace(config, worker=impatient))
    await chain.publish(*messages(5))
    serving = asyncio.create_task(worker.serve(asyncio.Event()))
    await until(lambda: not worker.live().ok)
    assert "none was delivered" in worker.live().why
    with pytest.raises(StuckError):
        await serving
    async with working(EmotionWorker(FakeScorer(), config)):
        assert len({result.message_id for result in await chain.results(5)}) == 5
