"""One table from a log: what the policy at work earned, and what another would have, by each estimator."""

from dataclasses import asdict
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np

from emotionstream.schemas.affect import LEVELS
from emotionstream.schemas.errors import DataError
from emotionstream.state.policy import InterventionPolicy
from emotionstream.training.offpolicy import estimators
from emotionstream.training.offpolicy.estimators import Floats, Logged
from emotionstream.training.offpolicy.log import DecisionLog
from emotionstream.training.offpolicy.propensities import effective
from emotionstream.training.offpolicy.rewards import Decisions, crossed
from emotionstream.training.offpolicy.settings import EvaluationSettings


def evaluate_log(log: DecisionLog, target: Floats, settings: EvaluationSettings) -> dict[str, Any]:
    """Each estimate of the value of ``target`` [rows, levels], mean reward a decision, with two intervals.

    ``doubly_robust`` is there where the log has features. Of one learner no interval is known: its bounds are None.

    Raises:
        DataError: a level was given that had no probability.
    """
    try:
        logged = Logged(log.levels, log.propensities, log.rewards, target, log.groups)
    except ValueError as error:
        raise DataError(f"this log cannot be weighted: {error}") from error
    parts = {
        "logged": estimators.direct(logged),
        "ips": estimators.inverse_propensity(logged, settings.clip),
        "snips": estimators.self_normalised(logged, settings.clip),
    }
    if log.features is not None:
        decisions = Decisions(log.features, log.levels, log.rewards, log.propensities)
        expected = crossed(decisions, log.groups, len(LEVELS), settings.model)
        parts["doubly_robust"] = estimators.doubly_robust(logged, expected, settings.clip)
    weights = logged.weights(settings.clip)
    return {
        "decisions": len(log),
        "learners": len(np.unique(log.groups)),
        "effective_decisions": logged.effective_rows(settings.clip),
        "clipped": float((logged.taken(target) / logged.taken(log.propensities) > settings.clip).mean()),
        "mean_weight": float(weights.mean()),
        "values": {name: _both(found, logged, settings) for name, found in parts.items()},
    }


def _both(parts: Floats, logged: Logged, settings: EvaluationSettings) -> dict[str, Any]:
    generator = np.random.default_rng(settings.seed)
    normal = estimators.normal_interval(parts, logged.groups, settings.confidence)
    drawn = estimators.bootstrap_interval(parts, logged.groups, settings.confidence, settings.draws, generator)
    found = asdict(normal) | {"bootstrap_low": drawn.low, "bootstrap_high": drawn.high}
    return {name: None if isnan(value) else value for name, value in found.items()}


def target_of(log: DecisionLog, policy: Path | None) -> Floats:
    """What the policy that is asked about would do in each context of ``log``, [rows, levels].

    ``policy`` None: as the log itself says. A level that could not be raised then counts as `none` for it as well.

    Raises:
        DataError: the log does not say what is needed.
        CheckpointError: ``policy`` cannot be read.
    """
    if policy is None:
        if log.target is None:
            raise DataError("the log has no target_probabilities: name a policy by --policy")
        return log.target
    if log.features is None:
        raise DataError("the log has no features, so no other policy can be asked what it would do")
    found = InterventionPolicy.load(policy)
    levels = np.argmin(np.round(found.probabilities(log.features), found.decimals) @ found.cost, axis=1)
    return effective(np.eye(len(LEVELS))[levels], (log.propensities > 0).astype(float))
