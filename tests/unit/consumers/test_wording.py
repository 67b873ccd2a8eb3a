"""Interventions in plain English."""

import pytest
from examples import intervention

from emotionstream.consumers.wording import SOUNDS, describe, describe_intervention, describe_trend
from emotionstream.schemas.affect import InterventionLevel, Trajectory, TrajectoryKind
from emotionstream.schemas.emotions import EMOTIONS
from emotionstream.schemas.events import Reason, ReasonKind


def reason(what: ReasonKind, value: float, against: float, emotion: str | None = None) -> Reason:
    return Reason(what=what, value=value, against=against, weight=1.0, emotion=emotion)


def test_every_emotion_has_its_word() -> None:
    """Each of the 41 completes "sounds ..."."""
    assert set(SOUNDS) == set(EMOTIONS)
    assert len(set(SOUNDS.values())) == len(EMOTIONS)


@pytest.mark.parametrize("what", ReasonKind)
@pytest.mark.parametrize(("value", "against"), [(0.2, 0.6), (0.6, 0.2), (0.4, 0.4), (0.0, 0.0)])
def test_every_kind_has_its_words(what: ReasonKind, value: float, against: float) -> None:
    """No kind of evidence is without words, whichever way it points, and none shows its field's name."""
    told = describe(reason(what, value, against, "frustration"))
    assert told
    assert "_" not in told


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (reason(ReasonKind.EMOTION, 0.712, 0.05, "frustration"), "sounds frustrated (0.71)"),
        (reason(ReasonKind.PLEASURE, 0.31, 0.55), "feels worse than most (pleasure 0.31, on average 0.55)"),
        (reason(ReasonKind.PLEASURE, 0.7, 0.55), "feels better than most (pleasure 0.70, on average 0.55)"),
        (reason(ReasonKind.PLEASURE_TREND, -0.084, 0.0), "has a falling mood (pleasure falling by 0.08 a minute)"),
        (reason(ReasonKind.PLEASURE_TREND, -0.001, 0.0), "has an even mood (pleasure stays where it is)"),
        (reason(ReasonKind.SESSION_TIME, 42.2, 18), "has been at it for 42 minutes (on average 18 minutes)"),
        (reason(ReasonKind.SESSION_TIME, 0.2, 1.1), "has been at it for less than a minute (on average 1 minute)"),
        (reason(ReasonKind.LAST_INTERVENTION, 3.1, 6.2), "needed help 3 minutes ago (on average 6 minutes)"),
        (
            reason(ReasonKind.READINESS, 0.22, 0.52),
            "is less ready to learn than most (readiness 0.22, on average 0.52)",
        ),
        (reason(ReasonKind.COGNITIVE_LOAD, 0.9, 0.5), "has a lot to juggle (cognitive load 0.90, on average 0.50)"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_evidence_reads_as_a_person_would_say_it(given: Reason, told: str) -> None:
    """What, which way, how much, against what."""
    assert describe(given) == told


def test_an_intervention_is_one_sentence() -> None:
    """Who, how much, before, and why."""
    assert describe_intervention(intervention(previous_level=InterventionLevel.MILD)) == (
        "ada needs moderate help (before: mild): sounds frustrated (0.71); "
        "feels worse than most (pleasure 0.31, on average 0.55)"
    )
    assert describe_intervention(intervention(reasons=())).endswith("no single reason stands out")


def test_every_trend_has_its_words() -> None:
    """Each kind differs; of one message nothing is called steady."""
    told = {describe_trend(Trajectory(kind=kind, slope=0.0, points=9)) for kind in TrajectoryKind}
    assert len(told) == len(TrajectoryKind)
    low = Trajectory(kind=TrajectoryKind.STABLE_NEGATIVE, slope=0.0, points=1)
    assert describe_trend(low) == "mood low"
    assert describe_trend(low.model_copy(update={"points": 2})) == "mood steadily low"
