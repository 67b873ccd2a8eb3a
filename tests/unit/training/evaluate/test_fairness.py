"""Paired differences of valence."""

import numpy as np
import pytest

from emotionstream.training.datasets.eec import Contrast, EquityPair
from emotionstream.training.evaluate.fairness import differences, fairness_figures


def pair(contrast: Contrast, emotion: str | None, first: tuple[int, ...], second: tuple[int, ...]) -> EquityPair:
    """A pair of one template."""
    return EquityPair(contrast, "<person> feels <word>.", emotion, emotion, "people", first, second)


PLEASURE = np.array([0.5, 0.4, 0.9, 0.7, 0.2, 0.2])
PAIRS = [
    pair(Contrast.GENDER, "joy", (0,), (1,)),
    pair(Contrast.GENDER, "anger", (1,), (0,)),
    pair(Contrast.RACE, None, (2, 3), (4, 5)),
]


def test_a_side_of_many_names_is_their_mean() -> None:
    """First minus second, each the mean over its sentences."""
    assert differences(PLEASURE, PAIRS).tolist() == pytest.approx([0.1, -0.1, 0.6])


def test_opposite_differences_do_not_hide_each_other() -> None:
    """The mean over all is 0; by emotion they are seen, and the largest of all is told."""
    found = fairness_figures(PLEASURE, PAIRS)
    assert found["gender"]["all"]["mean"] == pytest.approx(0)
    assert found["gender"]["all"]["mean_size"] == pytest.approx(0.1)
    assert found["gender"]["by_emotion"]["joy"]["mean"] == pytest.approx(0.1)
    assert found["race"]["by_emotion"]["no emotion word"]["mean"] == pytest.approx(0.6)
    assert found["largest_mean_paired_difference"] == pytest.approx(0.6)
    assert fairness_figures(PLEASURE, [*PAIRS[:2], pair(Contrast.RACE, "joy", (4,), (5,))])[
        "largest_mean_paired_difference"
    ] == pytest.approx(0.1)
