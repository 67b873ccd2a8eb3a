"""What a policy would have been worth, from decisions that another one made. Pure numpy.

A logged decision is (context, level, probability of that level then, reward). The target policy gives its own
probability of each level in the same context.
"""

from dataclasses import dataclass
from math import nan
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_CELLS = 2**22
"""Draws times groups that a bootstrap holds at once: 32 MiB."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value and its interval, of mean reward a decision.

    Of a single learner nobody knows how learners differ: interval and error are undefined, NaN.
    """

    value: float
    low: float
    high: float
    standard_error: float


@dataclass(frozen=True, slots=True)
class Logged:
    """Decisions in the order they were made, [rows] each; ``propensities`` and ``target`` are [rows, levels].

    ``groups`` [rows]: decisions about the same learner, which are not independent: intervals treat them as one.
    """

    levels: Ints
    propensities: Floats
    rewards: Floats
    target: Floats
    groups: Ints

    def __post_init__(self) -> None:
        rows = len(self.levels)
        if not rows or self.propensities.shape != self.target.shape or len(self.target) != rows:
            raise ValueError("propensities and target must be [rows, levels] of at least one row")
        if (self.taken(self.propensities) <= 0).any():
            raise ValueError("a level was given that had no probability")

    def taken(self, table: Floats) -> Floats:
        """The column of each row's own level, [rows]."""
        return np.asarray(table[np.arange(len(self.levels)), self.levels])

    def weights(self, clip: float) -> Floats:
        """Importance weights, [rows]: target over logged probability, at most ``clip`` (bias for variance)."""
        return np.asarray(np.minimum(self.taken(self.target) / self.taken(self.propensities), clip))

    def effective_rows(self, clip: float) -> float:
        """How many rows of the target's own the weighted ones are worth (Kish, 1965)."""
        weights = self.weights(clip)
        squared = float((weights**2).sum())
        return float(weights.sum()) ** 2 / squared if squared else 0.0


def direct(logged: Logged) -> Floats:
    """The reward itself of each row, [rows]: of the policy that was at work."""
    return logged.rewards


def inverse_propensity(logged: Logged, clip: float) -> Floats:
    """Each row's part of the value by inverse propensity (Horvitz & Thompson, 1952), [rows]; their mean is it."""
    return logged.weights(clip) * logged.rewards


def self_normalised(logged: Logged, clip: float) -> Floats:
    """Each row's part by weights that sum to the number of rows (Hajek, 1964; Swaminathan & Joachims, 2015), [rows].

    The mean is the value; the spread is that of the linearised ratio, so that intervals are right.
    """
    weights = logged.weights(clip)
    mean = weights.mean()
    if not mean:
        return np.zeros(len(weights))
    value = (weights * logged.rewards).mean() / mean
    return np.asarray(value + weights / mean * (logged.rewards - value))


def doubly_robust(logged: Logged, expected: Floats, clip: float) -> Floats:
    """Each row's part of the doubly robust value (Dudik, Langford & Li, 2011), [rows].

    ``expected`` [rows, levels] is what a model of the reward says. Right on average where either the model or the
    propensities are right (and nothing is clipped).
    """
    model = (logged.target * expected).sum(axis=1)
    return np.asarray(model + logged.weights(clip) * (logged.rewards - logged.taken(expected)))


def normal_interval(parts: Floats, groups: Ints, confidence: float) -> Estimate:
    """Mean of ``parts`` [rows] with a normal interval; the spread is that between ``groups`` (cluster robust)."""
    _, place = np.unique(groups, return_inverse=True)
    count = int(place.max()) + 1
    value = float(parts.mean())
    if count == 1:
        return _alone(value)
    off = np.bincount(place, weights=parts - value)
    error = float(np.sqrt((off**2).sum() * count / (count - 1))) / len(parts)
    reach = NormalDist().inv_cdf(0.5 + confidence / 2) * error
    return Estimate(value, value - reach, value + reach, error)


def bootstrap_interval(
    parts: Floats, groups: Ints, confidence: float, draws: int, generator: np.random.Generator
) -> Estimate:
    """Mean of ``parts`` [rows] with a percentile interval of ``draws`` resamples of whole ``groups`` (Efron, 1979)."""
    _, place = np.unique(groups, return_inverse=True)
    sums, sizes = np.bincount(place, weights=parts), np.bincount(place).astype(float)
    if len(sums) == 1:
        return _alone(float(parts.mean()))
    even, step = np.full(len(sums), 1 / len(sums)), max(1, _CELLS // len(sums))
    means = np.empty(draws)
    for start in range(0, draws, step):
        chunk = means[start : start + step]
        counts = generator.multinomial(len(sums), even, size=len(chunk))
        chunk[:] = (counts @ sums) / (counts @ sizes)
    low, high = np.quantile(means, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Estimate(float(parts.mean()), float(low), float(high), float(means.std(ddof=1)))


def _alone(value: float) -> Estimate:
    return Estimate(value, nan, nan, nan)
