"""The device fails in every way it can, and costs no message but the one that is to blame."""

import asyncio
import time
from collections.abc import Sequence

import pytest
from fake_scorer import FakeScorer, score_of
from waiting import until

from emotionstream.consumers.emotion_worker.device import Device
from emotionstream.consumers.emotion_worker.metrics import WorkerMetrics
from emotionstream.inference.scoring import Encoded, ScoreRequest
from emotionstream.schemas.settings.worker import WorkerSettings

SETTINGS = WorkerSettings(
    breaker_open_seconds=0.05,
    device_seconds=0.05,
    batch_tokens=1_000,
    batch_messages=8,
    memory_pause_seconds=0.02,
    memory_seconds=0.1,
)


def device(scorer: FakeScorer, settings: WorkerSettings = SETTINGS) -> Device:
    """A device around ``scorer``."""
    return Device(scorer, settings, WorkerMetrics())


async def encode(scorer: FakeScorer, texts: Sequence[str]) -> list[Encoded]:
    """Tokens of ``texts``."""
    return await scorer.encode([ScoreRequest(text) for text in texts])


async def test_scores_come_in_input_order() -> None:
    """Batches are made by length, but scores come back where their texts were."""
    scorer = FakeScorer()
    texts = ["long " * n + str(n) for n in range(30, 0, -1)]
    assert await device(scorer).score(await encode(scorer, texts)) == [score_of(text) for text in texts]
    assert all(sum(map(len, batch)) <= SETTINGS.batch_tokens and len(batch) <= 8 for batch in scorer.batches)


async def test_a_batch_that_does_not_fit_is_split_until_it_does() -> None:
    """Out of memory costs nothing and does not count against the device."""
    scorer = FakeScorer()
    scorer.memory = 40
    texts = [f"text number {n}" for n in range(16)]
    tried = device(scorer)
    assert await tried.score(await encode(scorer, texts)) == [score_of(text) for text in texts]
    assert tried.works


async def test_one_poison_message_is_found_and_the_rest_scored() -> None:
    """Only the message that fails alone has no score, and finding it takes few tries."""
    scorer = FakeScorer()
    scorer.poison = "kumquat"
    texts = [f"text {n}" for n in range(7)]
    texts.insert(3, "kumquat")
    scores = await device(scorer).score(await encode(scorer, texts))
    assert scores == [None if text == "kumquat" else score_of(text) for text in texts]
    assert sum("kumquat" in batch for batch in scorer.batches) <= 5


async def test_a_message_outlives_a_moment_without_memory() -> None:
    """While another process holds the memory only the small probe fits: no message is blamed for that."""
    scorer = FakeScorer()
    scorer.memory = 40
    patient = SETTINGS.model_copy(update={"memory_seconds": 30.0})
    texts = ["x" * 41, "y" * 42, "short"]
    scoring = asyncio.create_task(device(scorer, patient).score(await encode(scorer, texts)))
    await until(lambda: scorer.batches.count(["x" * 41]) > SETTINGS.unscorable_attempts)
    scorer.memory = None
    assert await scoring == [score_of(text) for text in texts]


async def test_memory_that_stays_away_is_waited_for_once_a_turn() -> None:
    """Many messages that do not fit do not each wait: a turn comes to its end."""
    scorer = FakeScorer()
    scorer.memory = 40
    began = time.monotonic()
    scores = await device(scorer).score(await encode(scorer, [f"{n} " + "x" * 41 for n in range(50)]))
    assert scores == [None] * 50
    assert time.monotonic() - began < 50 * SETTINGS.memory_seconds


async def test_a_single_message_that_does_not_fit_is_unscorable() -> None:
    """A message too large for the memory by itself is given up, since a small one still fits."""
    scorer = FakeScorer()
    scorer.memory = 40
    scores = await device(scorer).score(await encode(scorer, ["x" * 41, "short"]))
    assert scores == [None, score_of("short")]


@pytest.mark.parametrize("failure", ["broken", "dumb", "hangs"])
async def test_a_device_that_fails_for_everything_opens_the_breaker_and_costs_nothing(failure: str) -> None:
    """Errors, NaN and silence pause the worker; after the probes every message has its score."""
    scorer = FakeScorer()
    setattr(scorer, failure, True)
    tried = device(scorer)
    texts = [f"text {n}" for n in range(3)]
    scoring = asyncio.create_task(tried.score(await encode(scorer, texts)))
    await until(lambda: not tried.works)
    assert not scoring.done()
    setattr(scorer, failure, False)
    assert await scoring == [score_of(text) for text in texts]
    assert tried.works


async def test_an_open_breaker_leaves_the_device_alone_and_probes_before_it_risks_a_message() -> None:
    """Three failures open it; nothing is asked until its time is up; five probes pass before the first message."""
    scorer = FakeScorer()
    scorer.broken = True
    settings = SETTINGS.model_copy(update={"breaker_open_seconds": 0.3})
    tried = device(scorer, settings)
    encoded, began = await encode(scorer, ["text"]), time.monotonic()
    scoring = asyncio.create_task(tried.score(encoded))
    await until(lambda: not tried.works)
    asked = len(scorer.batches)
    scorer.broken = False
    await scoring
    after = scorer.batches[asked:]
    assert time.monotonic() - began > 0.25
    assert scorer.batches[:asked].count(["text"]) == settings.breaker_failures
    assert after == [[settings.probe_text]] * settings.breaker_probes + [["text"]]


async def test_a_failed_probe_opens_the_breaker_again() -> None:
    """A device that comes back for a moment does not get the messages."""
    scorer = FakeScorer()
    scorer.poison = SETTINGS.probe_text
    scorer.broken = True
    tried = device(scorer)
    scoring = asyncio.create_task(tried.score(await encode(scorer, ["text"])))
    await until(lambda: not tried.works)
    scorer.broken = False
    asked = len(scorer.batches)
    await asyncio.sleep(0.3)
    assert not tried.works
    assert ["text"] not in scorer.batches[asked:]
    scorer.poison = None
    assert await scoring == [score_of("text")]


async def test_an_unknown_error_of_a_library_is_a_device_failure() -> None:
    """Whatever the device raises, the worker neither crashes nor blames the message at once."""

    class Odd(FakeScorer):
        failures = 1

        async def infer(self, batch: Sequence[Encoded]) -> list:  # type: ignore[type-arg]
            if self.failures:
                self.failures -= 1
                raise KeyError("odd")
            return await super().infer(batch)

    scorer = Odd()
    assert await device(scorer).score(await encode(scorer, ["text"])) == [score_of("text")]
