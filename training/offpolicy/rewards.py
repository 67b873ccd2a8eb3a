"""A model of the reward: which level brings how much in which context. Ridge regression on random features, numpy."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emotionstream.training.offpolicy.estimators import Floats, Ints
from emotionstream.training.offpolicy.settings import RewardModelSettings


@dataclass(frozen=True)
class Decisions:
    """What a model of the reward is fitted on: [rows, features], [rows], [rows] and [rows, levels]."""

    vectors: Floats
    levels: Ints
    rewards: Floats
    propensities: Floats

    def only(self, rows: NDArray[np.bool_]) -> "Decisions":
        """Those rows."""
        return Decisions(self.vectors[rows], self.levels[rows], self.rewards[rows], self.propensities[rows])

    @property
    def weights(self) -> Floats:
        """One over the probability of the level that was given, [rows]."""
        return np.asarray(1 / self.propensities[np.arange(len(self.levels)), self.levels])


@dataclass(frozen=True)
class RewardModel:
    """``common`` [inputs]: what all levels share; ``levels`` [levels, inputs]: how each departs from it.

    Inputs are a 1, the standardised features and ``tanh`` of random mixtures of them (``mixing``, ``offset``).
    """

    mean: Floats
    scale: Floats
    mixing: Floats
    offset: Floats
    common: Floats
    levels: Floats

    def inputs(self, vectors: Floats) -> Floats:
        """What the model reads of ``vectors`` [rows, features], [rows, inputs]."""
        scaled = (vectors - self.mean) / self.scale
        one = np.ones((len(scaled), 1))
        return np.concatenate([one, scaled, np.tanh(scaled @ self.mixing + self.offset)], axis=1)

    def baseline(self, vectors: Floats) -> Floats:
        """Expected reward whatever is done, [rows]."""
        return np.asarray(self.inputs(vectors) @ self.common)

    def expected(self, vectors: Floats) -> Floats:
        """Expected reward of each level, [rows, levels]. A level that was never seen is like all others."""
        inputs = self.inputs(vectors)
        return np.asarray((inputs @ self.common)[:, None] + inputs @ self.levels.T)


def fit_rewards(decisions: Decisions, count: int, settings: RewardModelSettings) -> RewardModel:
    """The model of the rewards of ``decisions``, for ``count`` levels.

    Random tanh features (Rahimi & Recht, 2007) beside the plain ones. First what all levels share, then how each
    departs from it, shrunk towards nothing.
    """
    generator = np.random.default_rng(settings.seed)
    vectors = decisions.vectors
    features = vectors.shape[1]
    model = RewardModel(
        mean=vectors.mean(axis=0),
        scale=np.maximum(vectors.std(axis=0), settings.smallest_scale),
        mixing=generator.standard_normal((features, settings.units)) / np.sqrt(features),
        offset=generator.standard_normal(settings.units),
        common=np.zeros(0),
        levels=np.zeros((0, 0)),
    )
    inputs = model.inputs(vectors)
    common = ridge(inputs, decisions.rewards, np.ones(len(inputs)), settings.penalty)
    left = decisions.rewards - inputs @ common
    levels = np.zeros((count, inputs.shape[1]))
    for level in np.unique(decisions.levels):
        rows = decisions.levels == level
        levels[level] = ridge(inputs[rows], left[rows], np.ones(int(rows.sum())), settings.level_penalty)
    return RewardModel(model.mean, model.scale, model.mixing, model.offset, common, levels)


def crossed(decisions: Decisions, groups: Ints, count: int, settings: RewardModelSettings) -> Floats:
    """Expected reward of each level, [rows, levels], each group by a model that has not seen it.

    A model that had seen its own rows would make the doubly robust value too sure of itself (Chernozhukov et al.,
    2018).
    """
    expected = np.zeros((len(decisions.vectors), count))
    for seen, held in _folds(groups, settings):
        expected[held] = fit_rewards(decisions.only(seen), count, settings).expected(decisions.vectors[held])
    return expected


def ridge(inputs: Floats, wanted: Floats, weights: Floats, penalty: float) -> Floats:
    """Weights [inputs] of least weighted squares, shrunk to 0 as by ``penalty`` rows (Hoerl & Kennard, 1970)."""
    weighted = inputs * weights[:, None]
    within = weighted.T @ inputs + penalty * np.eye(inputs.shape[1])
    return np.asarray(np.linalg.solve(within, weighted.T @ wanted))


def _folds(groups: Ints, settings: RewardModelSettings) -> Iterator[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    names, place = np.unique(groups, return_inverse=True)
    count = min(settings.folds, len(names))
    part = np.random.default_rng(settings.seed).permutation(len(names)) % count
    for fold in range(count):
        held = part[place] == fold
        yield (held if count == 1 else ~held), held
