"""Comparing readings."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest

from emotionstream.inference.agreement import batch_effect, difference, read_alone
from emotionstream.inference.scoring import Encoded, Score, ScoreRequest
from emotionstream.schemas.affect import Pad, Readiness, ReadinessState
from emotionstream.schemas.emotions import EMOTIONS
from emotionstream.schemas.events import ModelInfo

TEXTS = ["a", "bb", "ccc", "dddd", "eeeee", "ffffff", "ggggggg"]


def score(top: int, share: float = 0.5, pleasure: float = 0.5) -> Score:
    """A score whose emotion ``top`` has probability ``share``."""
    others = (1 - share) / (len(EMOTIONS) - 1)
    return Score(
        probabilities=tuple(share if i == top else others for i in range(len(EMOTIONS))),
        primary_emotion=EMOTIONS[top],
        confidence=share,
        pad=Pad(pleasure=pleasure, arousal=0.5, dominance=0.5),
        readiness=Readiness(score=0.5, state=ReadinessState.MODERATE),
        truncated=False,
        tokens=3,
    )


class LengthScorer:
    """Scores a text by its length. ``leak``: how much the longest text of a batch moves the others' pleasure."""

    info = ModelInfo(name="length", version="1", engine="fake")

    def __init__(self, leak: float = 0.0) -> None:
        self.leak = leak
        self.batches: list[int] = []

    async def encode(self, requests: Sequence[ScoreRequest]) -> list[Encoded]:
        """One token per character."""
        return [Encoded(((1,) * len(request.text),), (0.0,) * 6, truncated=False) for request in requests]

    async def infer(self, batch: Sequence[Encoded]) -> list[Score]:
        """Emotion number = length."""
        self.batches.append(len(batch))
        longest = max(item.length for item in batch)
        return [score(item.length, pleasure=0.5 + self.leak * (longest - item.length)) for item in batch]


def test_equal_readings_do_not_differ() -> None:
    """The same scores twice: no difference, all emotions the same."""
    found = difference([score(0), score(1)], [score(0), score(1)])
    assert (found.largest, found.same_emotion, found.changed_readiness) == (0, 1, 0)


def test_differences_are_the_largest_ones_and_classes_are_counted() -> None:
    """Probabilities, PAD and readiness, and changed classes are told apart."""
    low = replace(score(2), readiness=Readiness(score=0.2, state=ReadinessState.LOW))
    found = difference([score(0, 0.5), score(1), score(2)], [score(0, 0.75), score(3), low])
    assert found.max_probability == pytest.approx(0.4875)
    assert found.max_other == pytest.approx(0.3)
    assert (found.changed_emotions, found.changed_readiness) == (1, 1)
    assert found.same_emotion == pytest.approx(2 / 3)


async def test_a_scorer_that_minds_its_own_business_has_no_batch_effect() -> None:
    """Sorted, mixed and padded batches give what each text gave alone."""
    scorer = LengthScorer()
    alone = await read_alone(scorer, TEXTS)
    assert scorer.batches == [1] * len(TEXTS)
    effect = await batch_effect(scorer, TEXTS, alone, 3, Random(0))
    assert set(effect) == {"sorted", "mixed", "padded"}
    assert all(found.largest == 0 and found.texts == len(TEXTS) for found in effect.values())


async def test_a_leak_between_texts_is_found() -> None:
    """Where the longest text of a batch moves the others, the effect says by how much."""
    scorer = LengthScorer(leak=0.01)
    alone = await read_alone(scorer, TEXTS)
    effect = await batch_effect(scorer, TEXTS, alone, 3, Random(0))
    assert effect["padded"].largest == pytest.approx(0.06)
    assert effect["sorted"].largest == pytest.approx(0.02)
