"""Ways to choose that are compared: fixed, random, by a rule, by a policy, by the oracle."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from emotionstream.schemas.affect import LEVELS, InterventionLevel
from emotionstream.schemas.events import Reason
from emotionstream.schemas.settings.state import StateSettings
from emotionstream.state.decision import Decision, Policy
from emotionstream.state.features import FEATURE_INDEX, Vector
from emotionstream.training.simulator.episode import Choose, Moment
from emotionstream.training.simulator.learners import LEAST_RANK, need
from emotionstream.training.simulator.oracle import RANKS, best, values
from emotionstream.training.simulator.world import World

_PLEASURE = FEATURE_INDEX["ema.pleasure"]


class _Reasonless:
    def reasons(self, vector: Vector, settings: StateSettings) -> tuple[Reason, ...]:
        """None: there is nothing to explain."""
        del vector, settings
        return ()


@dataclass(frozen=True)
class Fixed(_Reasonless):
    """Always the same level."""

    level: InterventionLevel

    def decide(self, vector: Vector) -> Decision:
        """That level, with certainty."""
        del vector
        return certain(self.level, self.level.value)


@dataclass(frozen=True)
class Threshold(_Reasonless):
    """By hand: the lower the average of pleasure, the more help. ``below`` holds one average for each level."""

    below: tuple[float, ...]

    def decide(self, vector: Vector) -> Decision:
        """As many levels up as there are averages above the learner's."""
        return certain(LEVELS[sum(vector[_PLEASURE] < limit for limit in self.below)], "threshold")


def certain(level: InterventionLevel, version: str) -> Decision:
    """A decision without doubt."""
    return Decision(level, tuple(float(level == other) for other in LEVELS), version)


_FIXED = tuple(Fixed(level) for level in LEVELS)


def always(policy: Policy) -> Choose:
    """The same policy for every learner at every moment."""
    return lambda moment: [policy] * len(moment.learners)


def at_random(moment: Moment) -> Sequence[Policy]:
    """Any level, each as likely."""
    return [_FIXED[int(chance * len(LEVELS))] for chance in moment.choice]


@dataclass(frozen=True)
class Oracle:
    """Knows what nobody sees (``oracle``)."""

    world: World
    value: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", values(self.world))

    def __call__(self, moment: Moment) -> Sequence[Policy]:
        """The best of the levels that would be raised."""
        ranks = best(moment.learners, moment.allowed[:, RANKS], self.value, self.world)
        return [_FIXED[rank] for rank in ranks]


@dataclass(frozen=True)
class CorpusTutor:
    """As in the corpus' sessions: the level that fits, for some of the learners who need one."""

    world: World

    def __call__(self, moment: Moment) -> Sequence[Policy]:
        """The level that fits, or nothing."""
        wanted = np.rint(need(moment.learners, self.world)).astype(int)
        answered = (moment.choice < self.world.settings.help.answered) & (wanted >= LEAST_RANK)
        return [_FIXED[rank] for rank in np.where(answered, wanted, 0)]
