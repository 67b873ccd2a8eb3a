"""Mixing data sets, and batches of like length."""

import numpy as np

from emotionstream.training.batches import by_length, draw


def test_each_set_stands_as_often_as_the_mix_says() -> None:
    """Twice is each row twice; a half is half the rows, none twice."""
    chosen = draw({"a": 10, "b": 10}, {"a": 2.0, "b": 0.5}, np.random.default_rng(1))
    a, b = ([row for name, row in chosen if name == wanted] for wanted in "ab")
    assert sorted(a) == sorted(list(range(10)) * 2)
    assert len(b) == len(set(b)) == 5


def test_the_same_seed_draws_the_same_pass() -> None:
    """A resumed run must see the rows that it would have seen."""
    args = ({"a": 50}, {"a": 1.0})
    assert draw(*args, np.random.default_rng(3)) == draw(*args, np.random.default_rng(3))
    assert draw(*args, np.random.default_rng(3)) != draw(*args, np.random.default_rng(4))


def test_batches_hold_every_row_once_and_like_lengths_together() -> None:
    """Nothing is lost, and padding within a batch is small."""
    lengths = np.random.default_rng(0).integers(1, 100, 1000).tolist()
    batches = by_length(lengths, batch=10, pool=100, rng=np.random.default_rng(0))
    assert sorted(int(i) for batch in batches for i in batch) == list(range(1000))
    assert max(max(lengths[i] for i in batch) - min(lengths[i] for i in batch) for batch in batches) < 10
