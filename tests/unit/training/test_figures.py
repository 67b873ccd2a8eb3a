"""Figures of merit against values worked out by hand."""

import numpy as np
import pytest

from emotionstream.training import figures


def test_f1_by_hand() -> None:
    """Two found, one of them right, one missed: F1 0.5."""
    assert figures.f1(np.array([True, True, False]), np.array([True, False, True])) == pytest.approx(0.5)


def test_the_threshold_with_the_best_f1() -> None:
    """It lies between the last score worth taking and the next."""
    cut = figures.best_threshold(np.array([0.9, 0.8, 0.3, 0.1]), np.array([True, True, False, False]))
    assert 0.3 < cut < 0.8


def test_thresholds_are_not_chosen_where_they_are_measured() -> None:
    """Where the halves disagree, crossed thresholds must suffer; chosen on all rows they would not."""
    scores = np.array([[0.9], [0.2], [0.8], [0.1]])
    truth = np.array([[True], [True], [False], [False]])
    macro, _ = figures.crossed_macro_f1(scores, truth)
    assert macro < figures.f1(scores[:, 0] > 0.15, truth[:, 0])


def test_correlation_and_concordance() -> None:
    """A shifted copy correlates perfectly but does not concord."""
    a = np.array([0.1, 0.4, 0.3, 0.8])
    assert figures.pearson(a, a + 0.5) == pytest.approx(1)
    assert figures.concordance(a, a) == pytest.approx(1)
    assert figures.concordance(a, a + 0.5) < 0.5
    assert figures.pearson(a, np.ones(4)) == 0


def test_calibration_error_of_honest_and_boastful_confidence() -> None:
    """Half right at 0.5 is honest; half right at 1.0 is off by a half."""
    right = np.tile([True, False], 30)
    assert figures.calibration_error(np.full(60, 0.5), right, bins=3) == pytest.approx(0)
    assert figures.calibration_error(np.full(60, 1.0), right, bins=3) == pytest.approx(0.5)


def test_weighted_kappa() -> None:
    """1 for agreement, 0 for a constant answer, below 0 for the opposite; far misses cost more than near ones."""
    truth = [0, 1, 2, 3]
    assert figures.weighted_kappa(truth, truth, 4) == 1
    assert figures.weighted_kappa([1, 1, 1, 1], truth, 4) == pytest.approx(0)
    assert figures.weighted_kappa(truth[::-1], truth, 4) < 0
    near, far = figures.weighted_kappa([0, 1, 2, 2], truth, 4), figures.weighted_kappa([0, 1, 2, 0], truth, 4)
    assert near > far


def test_softmax_sums_to_one_and_flattens_with_temperature() -> None:
    """A higher temperature is less sure; huge logits do not overflow."""
    logits = np.array([[1000.0, 998.0, 0.0]])
    cold, warm = figures.softmax(logits), figures.softmax(logits, 4.0)
    assert cold.sum() == pytest.approx(1)
    assert warm.max() < cold.max()


def test_brier_by_hand() -> None:
    """All on the wrong class costs 2, all on the right one 0."""
    p = np.array([[1.0, 0.0]])
    assert figures.brier(p, np.array([0])) == 0
    assert figures.brier(p, np.array([1])) == 2
