"""Figures of merit against values worked out by hand."""

import numpy as np
import pytest

from emotionstream.training import figures


def test_f1_by_hand() -> None:
    """Two found, one of them right, one missed: F1 0.5."""
    assert figures.f1(np.array([True, True, False]), np.array([True, False, True])) == pytest.approx(0.5)


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


def test_likelihood_adds_up_what_is_true() -> None:
    """Of two true classes the probabilities add up before the logarithm."""
    p = np.array([[0.5, 0.25, 0.25], [0.1, 0.9, 0.0]])
    true = np.array([[True, True, False], [True, False, False]])
    assert figures.likelihood(p, true) == pytest.approx(-(np.log(0.75) + np.log(0.1)) / 2)


def test_a_perfect_calibration_has_an_error_that_shrinks_with_rows() -> None:
    """Four times the rows, about half the error; the 95th percentile lies above the mean."""
    rng = np.random.default_rng(3)
    few, many = (figures.honest_error(rng.random(n), 15, 100, 0) for n in (400, 1600))
    assert few[0] / many[0] == pytest.approx(2, rel=0.25)
    assert few[1] > few[0] > 0
    assert figures.honest_error(np.linspace(0, 1, 50), 5, 10, 1) == figures.honest_error(
        np.linspace(0, 1, 50), 5, 10, 1
    )


def test_reliability_bins_by_hand() -> None:
    """Equal mass, least confident first."""
    bins = figures.reliability(np.array([0.9, 0.1, 0.8, 0.2]), np.array([True, False, False, True]), 2)
    assert bins == [
        {"rows": 2, "confidence": pytest.approx(0.15), "correct": 0.5},
        {"rows": 2, "confidence": pytest.approx(0.85), "correct": 0.5},
    ]


def test_risk_and_coverage_by_hand() -> None:
    """Equal confidences are kept or left together."""
    thresholds, coverage, risk = figures.risk_coverage(
        np.array([0.9, 0.5, 0.5, 0.2]), np.array([True, True, False, False])
    )
    assert thresholds.tolist() == [0.9, 0.5, 0.2]
    assert coverage.tolist() == [0.25, 0.75, 1.0]
    assert risk.tolist() == pytest.approx([0, 1 / 3, 0.5])


def test_area_under_risk_rewards_a_good_order() -> None:
    """Wrong answers last is best."""
    right = np.array([True, True, False, False])
    good = figures.area_under_risk(np.array([4.0, 3, 2, 1]), right)
    assert good == pytest.approx((0 + 0 + 1 / 3 + 1 / 2) / 4)
    assert good < figures.area_under_risk(np.array([1.0, 2, 3, 4]), right)


def test_concordance_of_two_equal_constants_is_no_number_by_division() -> None:
    """One row, or all the same, is 0 and not an error."""
    assert figures.concordance(np.ones(1), np.ones(1)) == 0


def test_the_errors_are_those_of_scikit_learn() -> None:
    """Kappa and Brier on random answers."""
    from sklearn.metrics import cohen_kappa_score

    rng = np.random.default_rng(5)
    said, wanted = rng.integers(0, 6, 200), rng.integers(0, 6, 200)
    expected = cohen_kappa_score(said, wanted, weights="quadratic")
    assert figures.weighted_kappa(said, wanted, 6) == pytest.approx(expected)
