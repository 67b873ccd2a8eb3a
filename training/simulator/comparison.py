"""Policies compared on the same learners: worth, and how much of the gap from never helping to the oracle closes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy.stats import t as student

from emotionstream.schemas.affect import LEVELS, InterventionLevel
from emotionstream.state.policy import InterventionPolicy
from emotionstream.training.offpolicy.exploring import Exploring
from emotionstream.training.offpolicy.learning import outcome_weighted
from emotionstream.training.offpolicy.log import DecisionLog
from emotionstream.training.offpolicy.settings import OutcomeSettings
from emotionstream.training.simulator.choices import Fixed, Oracle, Threshold, always, at_random
from emotionstream.training.simulator.episode import Choose, Classroom, run
from emotionstream.training.simulator.logs import decision_log
from emotionstream.training.simulator.world import Floats

NEVER: Final = "never"
ORACLE: Final = "oracle"
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Result:
    """One way to choose: ``values`` [seeds], mean worth of a turn; ``shares`` [levels]: how often each is raised."""

    values: Floats
    shares: Floats


def simulated_log(classroom: Classroom, policy: InterventionPolicy, seeds: Sequence[int]) -> DecisionLog:
    """What an exploring ``policy`` did in the log seeds, and what was seen to follow."""
    settings = classroom.world.settings
    parts = []
    for seed in seeds:
        exploring = Exploring(policy, settings.log.uniform, f"seed-{seed}")
        parts.append(decision_log(run(classroom, always(exploring), settings.log.learners, seed), settings))
    return DecisionLog.join(parts)


def contenders(
    classroom: Classroom, policy: InterventionPolicy, log: DecisionLog, settings: OutcomeSettings
) -> dict[str, Choose]:
    """All that are compared, by name. What is chosen or learned is from the log seeds alone."""
    world = classroom.world
    return {
        NEVER: always(Fixed(InterventionLevel.NONE)),
        "always mild": always(Fixed(InterventionLevel.MILD)),
        "random": at_random,
        "best constant": always(Fixed(best_constant(classroom))),
        "threshold on pleasure": always(Threshold(tuple(world.settings.threshold.pleasure))),
        "policy": always(policy),
        "outcome-weighted policy": always(outcome_weighted(policy, log, settings)),
        "by outcomes alone": always(outcome_weighted(policy, log, settings.model_copy(update={"weight": 1.0}))),
        ORACLE: Oracle(world),
    }


def best_constant(classroom: Classroom) -> InterventionLevel:
    """The level that is worth most if it is always given, in the log seeds."""
    plan = classroom.world.settings.run

    def value(level: InterventionLevel) -> float:
        episodes = [run(classroom, always(Fixed(level)), plan.learners, seed) for seed in plan.log_seeds]
        return float(np.mean([episode.value.mean() for episode in episodes]))

    return max((level for level in LEVELS if level is not InterventionLevel.PREVENTIVE), key=value)


def measure(classroom: Classroom, choices: Mapping[str, Choose], tell: Progress) -> dict[str, Result]:
    """Each of ``choices`` on every one of the measuring seeds."""
    plan = classroom.world.settings.run
    results = {}
    for name, choose in choices.items():
        tell(name)
        episodes = [run(classroom, choose, plan.learners, seed) for seed in plan.seeds]
        raised = np.concatenate([episode.ranks[episode.active] for episode in episodes])
        results[name] = Result(
            np.array([episode.value.mean() for episode in episodes]),
            np.bincount(raised, minlength=len(LEVELS)) / len(raised),
        )
    return results


def compared(results: Mapping[str, Result], confidence: float) -> dict[str, dict[str, Any]]:
    """For each: worth with its interval, the share of the gap closed with its interval, and the levels raised.

    Seeds are paired: the same learners and chance. A share's interval is Fieller's first-order one (delta method): of
    the mean of (value - never) - share * (oracle - never), over the mean gap.
    """
    never, oracle = results[NEVER].values, results[ORACLE].values
    gap = oracle - never
    table = {}
    for name, result in results.items():
        share = float((result.values - never).mean() / gap.mean())
        value, reach = float(result.values.mean()), _reach(result.values, confidence)
        off = _reach(result.values - never - share * gap, confidence) / float(gap.mean())
        table[name] = {
            "worth": value,
            "worth_low": value - reach,
            "worth_high": value + reach,
            "gap_closed": share,
            "gap_closed_low": share - off,
            "gap_closed_high": share + off,
            "raised": dict(zip((level.value for level in LEVELS), result.shares.tolist(), strict=True)),
        }
    return table


def _reach(values: Floats, confidence: float) -> float:
    """Half the width of Student's interval for the mean of ``values``."""
    error = values.std(ddof=1) / np.sqrt(len(values))
    return float(student.ppf(0.5 + confidence / 2, len(values) - 1) * error)
