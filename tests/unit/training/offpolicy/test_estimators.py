"""Estimators against a bandit whose true values are known."""

import tracemalloc

import numpy as np
import pytest

from emotionstream.training.offpolicy import estimators
from emotionstream.training.offpolicy.estimators import Logged, bootstrap_interval, normal_interval

CLIP = 100.0
LOGGING = np.array([[0.6, 0.3, 0.1], [0.2, 0.3, 0.5]])
TARGET = np.array([[0.1, 0.1, 0.8], [0.7, 0.2, 0.1]])
REWARD = np.array([[0.2, 0.5, 0.9], [0.8, 0.4, 0.1]])
"""[contexts, levels]: what is expected of each level; contexts are equally likely, rewards are 0 or 1."""
TRUTH = float((TARGET * REWARD).sum(axis=1).mean())


def bandit(rows: int, seed: int, propensities: np.ndarray = LOGGING) -> tuple[Logged, np.ndarray]:
    """``rows`` decisions and the context [rows] of each; ``propensities`` are what the log claims."""
    generator = np.random.default_rng(seed)
    context = generator.integers(0, 2, rows)
    levels = (generator.random(rows)[:, None] >= LOGGING[context].cumsum(axis=1)[:, :-1]).sum(axis=1)
    rewards = (generator.random(rows) < REWARD[context, levels]).astype(float)
    return Logged(levels, propensities[context], rewards, TARGET[context], np.arange(rows)), context


ESTIMATORS = {
    "ips": lambda logged, _: estimators.inverse_propensity(logged, CLIP),
    "snips": lambda logged, _: estimators.self_normalised(logged, CLIP),
    "dr": lambda logged, context: estimators.doubly_robust(logged, REWARD[context], CLIP),
}


@pytest.mark.parametrize("name", ESTIMATORS)
def test_intervals_cover_the_truth_as_often_as_they_say(name: str) -> None:
    """Of 1,000 logs the 95% interval holds the true value in 92% to 98%: four standard errors either way."""
    hits = []
    for seed in range(1000):
        logged, context = bandit(2000, seed)
        found = normal_interval(ESTIMATORS[name](logged, context), logged.groups, 0.95)
        hits.append(found.low <= TRUTH <= found.high)
    assert 0.92 <= np.mean(hits) <= 0.98


@pytest.mark.parametrize("name", ["ips", "snips"])
def test_bootstrap_and_normal_intervals_agree(name: str) -> None:
    """With 2,000 independent decisions both are about as wide, and hold the same value."""
    logged, context = bandit(2000, 1)
    parts = ESTIMATORS[name](logged, context)
    normal = normal_interval(parts, logged.groups, 0.95)
    drawn = bootstrap_interval(parts, logged.groups, 0.95, 1000, np.random.default_rng(0))
    assert drawn.value == normal.value
    assert (drawn.high - drawn.low) == pytest.approx(normal.high - normal.low, rel=0.15)


def test_doubly_robust_is_right_where_the_model_is_and_the_propensities_are_not() -> None:
    """Wrong propensities bias IPS, not DR with the true rewards."""
    logged, context = bandit(200_000, 2, propensities=np.full((2, 3), 1 / 3))
    robust = estimators.doubly_robust(logged, REWARD[context], CLIP).mean()
    assert robust == pytest.approx(TRUTH, abs=0.01)
    assert abs(estimators.inverse_propensity(logged, CLIP).mean() - TRUTH) > 0.05


def test_doubly_robust_is_right_where_the_propensities_are_and_the_model_is_not() -> None:
    """A model that says 0.9 of everything does no harm, and one that is right makes the value surer than IPS."""
    logged, context = bandit(200_000, 3)
    wrong = estimators.doubly_robust(logged, np.full((len(context), 3), 0.9), CLIP)
    right = estimators.doubly_robust(logged, REWARD[context], CLIP)
    assert wrong.mean() == pytest.approx(TRUTH, abs=0.01)
    assert right.std() < estimators.inverse_propensity(logged, CLIP).std()


def test_doubly_robust_is_wrong_where_both_are() -> None:
    """Else the two tests above would prove nothing."""
    logged, context = bandit(200_000, 4, propensities=np.full((2, 3), 1 / 3))
    both = estimators.doubly_robust(logged, np.full((len(context), 3), 0.9), CLIP)
    assert abs(both.mean() - TRUTH) > 0.02


def test_self_normalised_value_does_not_move_with_the_rewards_zero() -> None:
    """Adding a constant to every reward adds it to the value, unlike with IPS."""
    logged, _ = bandit(300, 5)
    more = Logged(logged.levels, logged.propensities, logged.rewards + 10, logged.target, logged.groups)
    before, after = (estimators.self_normalised(found, CLIP).mean() for found in (logged, more))
    assert after == pytest.approx(before + 10)


def test_decisions_about_one_learner_do_not_count_as_many() -> None:
    """The same decision ten times leaves the interval as wide as one of each."""
    logged, _ = bandit(400, 6)
    parts = estimators.inverse_propensity(logged, CLIP)
    once = normal_interval(parts, logged.groups, 0.95)
    often = normal_interval(np.repeat(parts, 10), np.repeat(logged.groups, 10), 0.95)
    assert often.standard_error == pytest.approx(once.standard_error)


def test_of_one_learner_no_interval_is_known() -> None:
    """An interval of width 0 would say that we are sure."""
    logged, _ = bandit(400, 6)
    parts, one = estimators.inverse_propensity(logged, CLIP), np.zeros(400, dtype=int)
    for found in (
        normal_interval(parts, one, 0.95),
        bootstrap_interval(parts, one, 0.95, 100, np.random.default_rng(0)),
    ):
        assert found.value == parts.mean()
        assert np.isnan([found.low, found.high, found.standard_error]).all()


def test_many_learners_are_resampled_piece_by_piece() -> None:
    """40,000 learners at once would take 160 MB for these draws; piece by piece they are the same draws."""
    groups, draws = np.arange(40_000), 500
    parts = np.random.default_rng(1).random(len(groups))
    tracemalloc.start()
    found = bootstrap_interval(parts, groups, 0.95, draws, np.random.default_rng(7))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 120e6
    generator, even = np.random.default_rng(7), np.full(len(groups), 1 / len(groups))
    means = [generator.multinomial(len(groups), even) @ parts / len(groups) for _ in range(draws)]
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(means, [0.025, 0.975])), rel=1e-12)


def test_weights_are_clipped() -> None:
    """No weight is above the setting, and the value is biased towards what was logged."""
    logged, _ = bandit(1000, 7)
    assert logged.weights(CLIP).max() > 2.0
    assert logged.weights(2.0).max() == 2.0
    assert logged.effective_rows(2.0) > logged.effective_rows(CLIP)


def test_an_impossible_decision_is_refused() -> None:
    """A level that had no probability cannot be weighted."""
    with pytest.raises(ValueError, match="no probability"):
        Logged(np.array([0]), np.array([[0.0, 1.0]]), np.ones(1), np.array([[0.5, 0.5]]), np.zeros(1, dtype=int))
