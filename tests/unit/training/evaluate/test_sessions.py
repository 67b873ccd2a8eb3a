"""Readiness and levels, session by session."""

from pathlib import Path

import numpy as np
import pytest

from emotionstream.inference.scoring import Score
from emotionstream.schemas.affect import InterventionLevel, Pad, Readiness, ReadinessState
from emotionstream.schemas.emotions import EMOTIONS
from emotionstream.training.evaluate.case import Case
from emotionstream.training.evaluate.sessions import (
    decided_levels,
    level_figures,
    ordinal_figures,
    readiness_figures,
    session_rows,
)

SHIPPED = Path(__file__).parents[4] / "models" / "compact"


def score(pleasure: float, state: ReadinessState = ReadinessState.LOW) -> Score:
    """What the model might say of a message that is as pleasant as this."""
    shares = [0.0] * len(EMOTIONS)
    shares[EMOTIONS.index("joy")], shares[EMOTIONS.index("distress")] = pleasure, 1 - pleasure
    top = max(range(len(shares)), key=shares.__getitem__)
    return Score(
        probabilities=tuple(shares),
        primary_emotion=EMOTIONS[top],
        confidence=shares[top],
        pad=Pad(pleasure=pleasure, arousal=0.5, dominance=pleasure),
        readiness=Readiness(score=pleasure, state=state),
        truncated=False,
        tokens=5,
    )


def test_rows_of_a_session_are_in_order_of_time() -> None:
    """Whatever their order in the file; a row without a session is one of its own."""
    cases = [
        Case(1, "a", session="s", seconds=30),
        Case(2, "b"),
        Case(3, "c", session="s", seconds=2),
        Case(4, "d"),
        Case(5, "e", session="r", seconds=0),
    ]
    assert session_rows(cases) == [[2, 0], [1], [3], [4]]


def test_sessions_do_not_hear_each_other() -> None:
    """Two learners whose rows are mixed in a file get what each gets alone; misery is met with help."""
    low = [Case(i, "x", session="low", seconds=60.0 * i) for i in range(6)]
    high = [Case(i, "x", session="high", seconds=60.0 * i) for i in range(6)]
    mixed = [case for both in zip(low, high, strict=True) for case in both]
    sad, glad = [score(0.05)] * 6, [score(0.9)] * 6
    levels = decided_levels(mixed, [s for both in zip(sad, glad, strict=True) for s in both], SHIPPED)
    assert levels[0::2] == decided_levels(low, sad, SHIPPED)
    assert levels[1::2] == decided_levels(high, glad, SHIPPED)
    assert max(level.rank for level in levels[0::2]) >= InterventionLevel.MILD.rank
    assert set(levels[1::2]) == {InterventionLevel.NONE}


def test_agreement_by_hand() -> None:
    """Exact, within one, and what the commonest answer would have reached."""
    found = ordinal_figures(np.array([0, 1, 4, 2]), np.array([0, 2, 2, 2]), ["a", "b", "c", "d", "e"])
    assert found["exact"] == 0.5
    assert found["within_one"] == 0.75
    assert found["commonest"] == {"exact": 0.75, "within_one": 0.75}
    assert found["wanted"] == {"a": 1, "b": 0, "c": 3, "d": 0, "e": 0}


def test_rows_that_tell_nothing_do_not_count() -> None:
    """A session may be rated at some of its messages only."""
    cases = [Case(1, "a"), Case(2, "b", readiness=ReadinessState.LOW, level=InterventionLevel.MILD)]
    assert readiness_figures(cases, [score(0.5), score(0.5)])["rows"] == 1
    found = level_figures(cases, [InterventionLevel.CRITICAL, InterventionLevel.MODERATE])
    assert (found["rows"], found["exact"], found["within_one"]) == (1, 0, 1)
    assert found["mild_or_more_recall"] == pytest.approx(1)
