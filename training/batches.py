"""Which rows form which batch: mixing data sets and sorting by length. Pure; randomness is an argument."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray


def draw(sizes: Mapping[str, int], mix: Mapping[str, float], rng: np.random.Generator) -> list[tuple[str, int]]:
    """One pass over the mix: (data set, row), shuffled.

    ``mix`` 2.0 takes each row twice, 0.5 takes a random half of the rows.
    """
    chosen: list[tuple[str, int]] = []
    for name, times in mix.items():
        rows = rng.permutation(np.tile(np.arange(sizes[name]), math.ceil(times)))
        chosen += [(name, int(row)) for row in rows[: round(sizes[name] * times)]]
    return [chosen[i] for i in rng.permutation(len(chosen))]


def by_length(lengths: Sequence[int], batch: int, pool: int, rng: np.random.Generator) -> list[NDArray[np.int64]]:
    """Batches of positions: within each run of ``pool`` batches, rows of like length stand together."""
    order = np.arange(len(lengths))
    size = np.asarray(lengths)
    batches: list[NDArray[np.int64]] = []
    for start in range(0, len(order), batch * pool):
        part = order[start : start + batch * pool]
        part = part[np.argsort(size[part], kind="stable")]
        cut = [part[i : i + batch] for i in range(0, len(part), batch)]
        batches += [cut[i] for i in rng.permutation(len(cut))]
    return batches
