"""Cuts on a label's score."""

import numpy as np
import pytest

from emotionstream.training.figures import f1
from emotionstream.training.thresholds import best_threshold, crossed_macro_f1


def test_the_threshold_with_the_best_f1() -> None:
    """It lies between the last score worth taking and the next."""
    cut = best_threshold(np.array([0.9, 0.8, 0.3, 0.1]), np.array([True, True, False, False]))
    assert 0.3 < cut < 0.8


@pytest.mark.parametrize("scores", [[-1.0, -3.0], [0.0, -0.5], [0.4, 0.2], [0.0, 0.0]])
def test_where_every_row_is_best_taken_the_threshold_lies_below_all(scores: list[float]) -> None:
    """Logits may all be negative, where a cut at half the way to 0 would lose what it was chosen to take."""
    cut = best_threshold(np.array(scores), np.array([True, True]))
    assert cut < min(scores)


def test_thresholds_are_not_chosen_where_they_are_measured() -> None:
    """Where the halves disagree, crossed thresholds must suffer; chosen on all rows they would not."""
    scores = np.array([[0.9], [0.2], [0.8], [0.1]])
    truth = np.array([[True], [True], [False], [False]])
    macro, _ = crossed_macro_f1(scores, truth)
    assert macro < f1(scores[:, 0] > 0.15, truth[:, 0])
