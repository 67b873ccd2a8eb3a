"""Temperature scaling."""

import numpy as np
import pytest

from emotionstream.training.calibration import fit_temperature
from emotionstream.training.datasets.example import Example

RNG = np.random.default_rng(0)


def drawn(logits: np.ndarray) -> list[Example]:
    """One example a row, its class drawn from the row's softmax over the columns given."""
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    return [Example("x", "x", frozenset({int(RNG.choice(len(row), p=row))})) for row in p]


@pytest.mark.parametrize("boast", [0.5, 1.0, 3.0])
def test_a_known_temperature_is_found(boast: float) -> None:
    """Logits made too large (or small) by a factor are brought back by it."""
    logits = RNG.normal(0, 2, (4000, 41))
    found = fit_temperature([(logits * boast, drawn(logits))])
    assert found == pytest.approx(boast, rel=0.06)


def test_classes_that_could_not_be_chosen_do_not_count() -> None:
    """A masked class with a huge logit must not make the temperature infinite or undefined."""
    logits = RNG.normal(0, 2, (4000, 41))
    logits[:, 40] = 100.0
    rows = [Example("x", "x", row.emotions, allowed=frozenset(range(40))) for row in drawn(logits[:, :40])]
    assert fit_temperature([(logits, rows)]) == pytest.approx(1, rel=0.06)


def test_rows_without_a_class_are_left_out() -> None:
    """PAD-only rows say nothing about confidence."""
    logits = RNG.normal(0, 2, (2000, 41))
    rows = drawn(logits)
    silent = [Example("x", "x", allowed=frozenset())] * 10
    with_silent = (np.concatenate([logits, np.zeros((10, 41))]), rows + silent)
    assert fit_temperature([with_silent]) == pytest.approx(fit_temperature([(logits, rows)]))
