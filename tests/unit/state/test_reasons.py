"""Why a level is as high as it is."""

from dataclasses import replace

import numpy as np
import pytest

from emotionstream.schemas.events import ReasonKind
from emotionstream.schemas.settings.state import StateSettings
from emotionstream.state.features import FEATURE_INDEX, FEATURE_NAMES, Vector
from emotionstream.state.reasons import Occlusion

MEAN = np.full(len(FEATURE_NAMES), 0.1)


def linear(**weights: float) -> Occlusion:
    """A policy whose expected level is a weighted sum of the features named (a dot for a double underscore).

    The tutors it learned from agreed: each feature goes with their level as it weighs.
    """
    row = np.zeros(len(FEATURE_NAMES))
    for name, weight in weights.items():
        row[FEATURE_INDEX[name.replace("__", ".")]] = weight
    return Occlusion(MEAN, np.full(len(FEATURE_NAMES), 0.05), np.sign(row), lambda rows: np.asarray(rows @ row))


def tutors(policy: Occlusion, **associations: float) -> Occlusion:
    """``policy``, with other associations of the features named."""
    found = policy.association.copy()
    for name, value in associations.items():
        found[FEATURE_INDEX[name.replace("__", ".")]] = value
    return replace(policy, association=found)


def vector(**values: float) -> Vector:
    """Features at their means but for those given."""
    made = MEAN.copy()
    for name, value in values.items():
        made[FEATURE_INDEX[name.replace("__", ".")]] = value
    return made


def test_reasons_are_what_moved_the_level_weightiest_first() -> None:
    """Weight is the fall of the expected level with the group at its mean; value and mean are told."""
    policy = linear(pad__pleasure=-2.0, readiness__score=-1.0, pad__arousal=1.0)
    found = policy.explain(vector(pad__pleasure=0.0, readiness__score=0.0, pad__arousal=0.9), StateSettings())
    assert [(r.what, r.weight) for r in found] == [
        (ReasonKind.AROUSAL, pytest.approx(0.8)),
        (ReasonKind.PLEASURE, pytest.approx(0.2)),
        (ReasonKind.READINESS, pytest.approx(0.1)),
    ]
    assert (found[0].value, found[0].against) == (0.9, 0.1)


def test_an_emotion_reason_names_the_emotion_that_weighs_most() -> None:
    """Not the likeliest emotion, but the one that raised the level."""
    policy = linear(emotion__frustration=3.0, emotion__joy=-1.0)
    found = policy.explain(vector(emotion__frustration=0.4, emotion__joy=0.5), StateSettings())
    assert [(r.what, r.emotion, r.value, r.against) for r in found] == [(ReasonKind.EMOTION, "frustration", 0.4, 0.1)]
    assert found[0].weight == pytest.approx(0.5)


def test_only_the_weightiest_are_given_and_no_trifles() -> None:
    """At most ``reasons``, each at least ``reason_min_weight``; what lowered the level is no reason."""
    policy = linear(pad__pleasure=1.0, pad__arousal=1.0, pad__dominance=1.0, readiness__score=-1.0)
    high = vector(pad__pleasure=0.9, pad__arousal=0.8, pad__dominance=0.14, readiness__score=0.9)
    assert [r.what for r in policy.explain(high, StateSettings(reasons=5))] == [
        ReasonKind.PLEASURE,
        ReasonKind.AROUSAL,
    ]
    assert [r.what for r in policy.explain(high, StateSettings(reasons=1))] == [ReasonKind.PLEASURE]


def test_what_is_about_average_is_no_reason() -> None:
    """However much it weighs: `readiness 0.50, average 0.52` says nothing to a tutor."""
    policy = linear(pad__pleasure=100.0, pad__arousal=1.0)
    found = policy.explain(vector(pad__pleasure=0.11, pad__arousal=0.3), StateSettings(reason_min_distance=0.5))
    assert [r.what for r in found] == [ReasonKind.AROUSAL]


def test_the_best_there_is_comes_where_nothing_weighs_much() -> None:
    """A tutor is told what there is, as long as it speaks for help."""
    policy = tutors(linear(), pad__pleasure=-0.5)
    assert [r.what for r in policy.explain(vector(pad__pleasure=0.0), StateSettings())] == [ReasonKind.PLEASURE]
    assert policy.explain(vector(pad__pleasure=0.9), StateSettings()) == ()


def test_what_tutors_saw_with_less_help_is_no_reason() -> None:
    """`feels better than most` makes no sense to a tutor, whatever the net makes of it."""
    policy = tutors(linear(pad__pleasure=5.0, pad__arousal=1.0), pad__pleasure=-0.6)
    found = policy.explain(vector(pad__pleasure=0.9, pad__arousal=0.9), StateSettings())
    assert [r.what for r in found] == [ReasonKind.AROUSAL]
    trusted = tutors(policy, pad__pleasure=0.6).explain(vector(pad__pleasure=0.9, pad__arousal=0.9), StateSettings())
    assert [r.what for r in trusted] == [ReasonKind.PLEASURE, ReasonKind.AROUSAL]


def test_an_emotion_of_less_help_or_hardly_heard_is_no_reason() -> None:
    """`sounds in flow` is none, however it weighs, nor is an emotion below ``reason_min_emotion``."""
    policy = tutors(linear(emotion__flow_state=9.0, emotion__frustration=1.0), emotion__flow_state=-0.3)
    both = vector(emotion__flow_state=0.6, emotion__frustration=0.3)
    assert [r.emotion for r in policy.explain(both, StateSettings())] == ["frustration"]
    assert policy.explain(both, StateSettings(reason_min_emotion=0.31)) == ()
    assert policy.explain(vector(emotion__flow_state=0.9), StateSettings()) == ()


def test_what_hardly_went_with_help_is_no_reason() -> None:
    """A correlation of 0.01 is chance: `sounds sympathetic` explains no help."""
    policy = linear(emotion__sympathy=5.0, pad__arousal=5.0)
    policy = tutors(policy, emotion__sympathy=0.01, pad__arousal=0.04)
    high = vector(emotion__sympathy=0.6, pad__arousal=0.9)
    assert policy.explain(high, StateSettings()) == ()
    assert [r.what for r in policy.explain(high, StateSettings(reason_min_association=0.01))] == [
        ReasonKind.AROUSAL,
        ReasonKind.EMOTION,
    ]


def test_a_value_is_compared_with_the_mean_where_it_is_known() -> None:
    """An engagement of 0.6 is high where a tenth of learners has one and its mean over all is 0.05."""
    policy = tutors(linear(engagement__value=-2.0, engagement__known=1.0), engagement__value=-0.4)
    policy = replace(policy, mean=vector(engagement__value=0.05, engagement__known=0.1))
    kinds = [
        [r.what for r in policy.explain(vector(engagement__value=v, engagement__known=1.0), StateSettings())]
        for v in (0.2, 0.9)
    ]
    assert kinds == [[ReasonKind.ENGAGEMENT], []]


def test_what_is_not_known_is_no_reason() -> None:
    """The absence of engagement may move the policy, but cannot be told as a value."""
    policy = linear(engagement__known=-5.0, pad__pleasure=0.1)
    found = policy.explain(vector(engagement__known=0.0, pad__pleasure=0.9), StateSettings())
    assert ReasonKind.ENGAGEMENT not in [r.what for r in found]
