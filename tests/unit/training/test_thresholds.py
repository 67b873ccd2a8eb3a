"""Cuts on a label's score."""

import numpy as np
import pytest

from emotionstream.training.figures import f1
from emotionstream.training.thresholds import best_threshold, crossed_macro_f1, steady_threshold


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


def drawn(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores and truth of a label that one row in fifty has."""
    generator = np.random.default_rng(seed)
    truth = generator.random(rows) < 0.02
    return generator.normal(1.5 * truth, 1.0), truth


def test_a_steady_threshold_does_better_on_other_rows() -> None:
    """Of a rare label, over 60 draws of 500 rows, measured on 20,000 others."""
    scores, truth = drawn(20_000, 1_000)
    gained = [
        f1(scores > steady_threshold(*drawn(500, seed)), truth) - f1(scores > best_threshold(*drawn(500, seed)), truth)
        for seed in range(60)
    ]
    assert np.mean(gained) > 2 * np.std(gained) / len(gained) ** 0.5


def test_a_steady_threshold_is_the_same_each_time_and_always_there() -> None:
    """Also where no row has the label."""
    scores, truth = drawn(300, 1)
    assert steady_threshold(scores, truth) == steady_threshold(scores, truth)
    none = np.zeros(300, dtype=bool)
    assert steady_threshold(scores, none) == best_threshold(scores, none)
