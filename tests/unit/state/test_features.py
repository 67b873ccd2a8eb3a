"""The feature vector."""

from math import log1p

import pytest
from state_policies import result

from emotionstream.schemas.emotions import EMOTIONS
from emotionstream.schemas.events import EmotionResult, ReasonKind
from emotionstream.schemas.settings.state import StateSettings
from emotionstream.state.features import FEATURE_INDEX, FEATURE_NAMES, GROUPS, features, is_known, shown
from emotionstream.state.learner import note_intervention
from emotionstream.state.observation import observe
from emotionstream.state.snapshot import LEVELS, LearnerState

SETTINGS = StateSettings()


def seen(*results: EmotionResult) -> LearnerState:
    """The state after ``results``, nothing decided."""
    learner = None
    for item in results:
        learner = observe(learner, item, SETTINGS).learner
    assert learner is not None
    return learner


def named(item: EmotionResult, learner: LearnerState) -> dict[str, float]:
    """The features of ``item`` by name."""
    return dict(zip(FEATURE_NAMES, features(item, learner, SETTINGS).tolist(), strict=True))


def test_every_feature_belongs_to_one_group_and_every_kind_of_reason_has_one() -> None:
    """What is not in a group could not be given as a reason."""
    assert len(FEATURE_NAMES) == len(set(FEATURE_NAMES))
    assert {group.kind for group in GROUPS} == set(ReasonKind)
    assert all(group.shown in group.names for group in GROUPS)


def test_the_emotions_come_first_in_wire_order() -> None:
    """Position i of the vector is the probability of emotion i: reasons rely on it."""
    assert FEATURE_NAMES[: len(EMOTIONS)] == tuple(f"emotion.{name}" for name in EMOTIONS)


def test_unknown_context_is_marked_and_not_made_up() -> None:
    """A value that the publisher does not know is 0 with its flag 0."""
    unknown = named(result(), seen(result()))
    known = named(result(engagement=0.0, time_factor=0.7), seen(result()))
    assert (unknown["engagement.value"], unknown["engagement.known"]) == (0.0, 0.0)
    assert (known["engagement.value"], known["engagement.known"]) == (0.0, 1.0)
    assert (known["time_factor.value"], known["cognitive_load.known"]) == (0.7, 0.0)


def test_the_past_is_in_the_vector() -> None:
    """Average, baseline, trend, volatility, and the session's times are those of the state."""
    items = [result(offset=i, minute=2 * i, pad=(0.8 - 0.1 * i, 0.5, 0.5)) for i in range(5)]
    learner = seen(*items)
    values = named(items[-1], learner)
    assert values["ema.pleasure"] == learner.ema[0]
    assert values["baseline.dominance"] == learner.baseline[2]
    assert values["trend.slope"] == pytest.approx(-0.05)
    assert values["trend.change"] == pytest.approx(-0.4)
    assert values["trend.points"] == 0.5
    assert values["volatility.pleasure"] == pytest.approx(0.1 * 2**0.5)
    assert values["session.minutes_log"] == pytest.approx(log1p(8))
    assert values["session.results_log"] == pytest.approx(log1p(5))
    assert values["session.gap_minutes_log"] == pytest.approx(log1p(2))


def test_the_last_intervention_is_in_the_vector() -> None:
    """Its level, and the minutes since, or a flag that there was none."""
    first = seen(result(offset=0))
    assert named(result(), first)["intervention.known"] == 0.0
    item = result(offset=1, minute=6)
    learner = observe(note_intervention(first, LEVELS[4]), item, SETTINGS).learner
    values = named(item, learner)
    assert (values["intervention.known"], values["intervention.level"]) == (1.0, 0.8)
    assert values["intervention.minutes_log"] == pytest.approx(log1p(6))


def test_a_steep_slope_is_cut() -> None:
    """Results seconds apart must not give the policy numbers it never saw in training."""
    items = [result(offset=i, minute=i / 60, pad=(i / 2, 0.5, 0.5)) for i in range(3)]
    assert named(items[-1], seen(*items))["trend.slope"] == SETTINGS.slope_limit


def test_one_message_is_no_average() -> None:
    """Nobody who has said one thing has been feeling low lately."""
    first = result(offset=0)
    vector = features(first, seen(first), SETTINGS)
    lasting = [group for group in GROUPS if group.lasting]
    assert {group.kind for group in lasting} >= {ReasonKind.PLEASURE_AVERAGE, ReasonKind.VOLATILITY}
    assert not any(is_known(group, vector, SETTINGS) for group in lasting)


def test_what_is_shown_is_in_a_persons_units() -> None:
    """Minutes, not their logarithm; and a mean over those whose value is known."""
    groups = {group.kind: group for group in GROUPS}
    items = [result(offset=i, minute=3 * i) for i in range(3)]
    vector = features(items[-1], seen(*items), SETTINGS)
    assert shown(groups[ReasonKind.SESSION_TIME], vector) == pytest.approx(6.0)
    assert not is_known(groups[ReasonKind.ENGAGEMENT], vector, SETTINGS)
    assert is_known(groups[ReasonKind.PLEASURE_AVERAGE], vector, SETTINGS)
    mean = vector.copy()
    mean[FEATURE_INDEX["engagement.value"]], mean[FEATURE_INDEX["engagement.known"]] = 0.2, 0.5
    assert shown(groups[ReasonKind.ENGAGEMENT], mean) == pytest.approx(0.4)
