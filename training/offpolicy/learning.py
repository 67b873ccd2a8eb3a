"""A policy's decisions weighted by outcomes: what giving each level is worth, learned from a log with propensities."""

from dataclasses import replace

import numpy as np

from emotionstream.schemas.affect import LEVELS
from emotionstream.schemas.errors import DataError
from emotionstream.state.policy import InterventionPolicy
from emotionstream.training.offpolicy.estimators import Floats
from emotionstream.training.offpolicy.log import DecisionLog
from emotionstream.training.offpolicy.rewards import Decisions, fit_rewards, ridge
from emotionstream.training.offpolicy.settings import OutcomeSettings


def outcome_weighted(policy: InterventionPolicy, log: DecisionLog, settings: OutcomeSettings) -> InterventionPolicy:
    """``policy`` with costs that are in part learned from the outcomes of ``log``.

    The net goes on saying what a tutor would do (from labels); what it costs to give a level where a tutor would have
    given another is a mixture of the labels' cost and of what the outcomes say, each on average the same.

    Raises:
        DataError: the log has no features, its levels had no probability, or nothing tells them apart.
    """
    if not settings.weight:
        return policy
    found = outcome_cost(policy, log, settings)
    if not found.any():
        raise DataError(
            "this log tells no level from another: each must be given now and then, and rewards must differ"
        )
    cost = settings.weight * found / found.mean() + (1 - settings.weight) * policy.cost / policy.cost.mean()
    return replace(policy, cost=cost)


def outcome_cost(policy: InterventionPolicy, log: DecisionLog, settings: OutcomeSettings) -> Floats:
    """[levels, levels]: reward lost by giving level j (column) where a tutor would have given i, against the best.

    Outcome-weighted learning (Zhao et al., 2012) in its residual form (Zhou et al., 2017): the reward less what is
    expected whatever is done, each decision weighted by one over its propensity, at most ``clip``; regressed for each
    level on what the policy says a tutor would do. A level that the log never gave does what `none` does.

    Raises:
        DataError: the log has no features, or a level was given that had no probability.
    """
    if log.features is None:
        raise DataError("this log has no features: what the policy says of a context cannot be known")
    decisions = Decisions(log.features, log.levels, log.rewards, log.propensities)
    if not np.isfinite(decisions.weights).all():
        raise DataError("this log cannot be weighted: a level was given that had no probability")
    weights = np.minimum(decisions.weights, settings.clip)
    left = log.rewards - fit_rewards(decisions, len(LEVELS), settings.model).baseline(log.features)
    said = np.round(policy.probabilities(log.features), policy.decimals)
    gain = np.zeros((len(LEVELS), len(LEVELS)))
    seen = [int(level) for level in np.unique(log.levels)]
    for level in seen:
        rows = log.levels == level
        even = weights[rows] / weights[rows].mean()
        gain[:, level] = ridge(said[rows], left[rows], even, settings.penalty)
    for level in set(range(len(LEVELS))) - set(seen):
        gain[:, level] = gain[:, 0]
    return np.asarray(gain.max(axis=1, keepdims=True) - gain)
