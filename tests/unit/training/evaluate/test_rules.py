"""The abstention rule and the labels' thresholds."""

import numpy as np
import pytest

from emotionstream.training.evaluate.rules import abstention_rule, choose_threshold, kept_figures, label_thresholds

CONFIDENCE = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
RIGHT = np.array([True, True, False, True, False])


def test_the_lowest_threshold_that_keeps_the_risk() -> None:
    """At 0.6 one in four is wrong, at 0.5 two in five: the first is as far as a target of a quarter goes."""
    assert choose_threshold(CONFIDENCE, RIGHT, 0.25, 1) == pytest.approx(0.6)
    assert choose_threshold(CONFIDENCE, RIGHT, 0.4, 1) == pytest.approx(0.5)
    assert choose_threshold(CONFIDENCE, RIGHT, 0.1, 1) == pytest.approx(0.8)


def test_no_rule_where_too_few_would_be_kept() -> None:
    """The risk of two answers is not known."""
    assert choose_threshold(CONFIDENCE, RIGHT, 0.1, 3) is None
    assert abstention_rule({"a": (CONFIDENCE, RIGHT)}, 0.1, 3) is None


def test_what_is_kept_at_a_threshold() -> None:
    """An answer at the threshold is kept; nothing kept has no risk."""
    assert kept_figures(CONFIDENCE, RIGHT, 0.6) == {"coverage": pytest.approx(0.8), "risk": pytest.approx(0.25)}
    assert kept_figures(CONFIDENCE, RIGHT, 0.95) == {"coverage": 0.0, "risk": None}


def test_a_rounded_threshold_keeps_the_answer_that_it_was_chosen_by() -> None:
    """Confidences are rounded to six digits in the stream: the threshold must not be above them."""
    confidence = np.array([0.12345678, 0.9])
    rule = abstention_rule({"a": (confidence, np.array([True, True]))}, 0.5, 1)
    assert rule is not None
    assert rule["threshold"] <= 0.123456
    assert rule["coverage"] == 1


def test_the_sets_count_together() -> None:
    """The rule is for all rows, and says how it does on the half that it was not chosen on."""
    rng = np.random.default_rng(1)
    confidence = rng.random(2000)
    right = rng.random(2000) < confidence
    rule = abstention_rule({"a": (confidence[:500], right[:500]), "b": (confidence[500:], right[500:])}, 0.2, 50)
    assert rule is not None
    assert rule["rows"] == 2000
    assert rule["risk"] <= 0.2
    # Of honest confidences above c, (1 - c) / 2 are wrong on average.
    assert rule["threshold"] == pytest.approx(0.6, abs=0.06)
    assert rule["halves"]["risk"] == pytest.approx(0.2, abs=0.04)


def test_each_label_has_its_own_threshold() -> None:
    """Between the last score worth taking and the next."""
    scores = np.array([[2.0, -1.0], [1.0, -2.0], [-1.0, -3.0], [-2.0, -4.0]])
    truth = np.array([[True, True], [True, False], [False, False], [False, False]])
    first, second = label_thresholds(scores, truth)
    assert -1 < first < 1
    assert -2 < second < -1
