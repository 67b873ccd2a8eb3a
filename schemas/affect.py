"""Scales for what a learner feels and how the learner moves: PAD, readiness, trajectory, levels."""

from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field

Unit = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)]
"""A finite number in [0, 1]."""


class Pad(BaseModel):
    """Pleasure, arousal and dominance, each in [0, 1] (Mehrabian & Russell, 1974).

    Pleasure 0 is very unpleasant; arousal 0 is sleepy; dominance 0 is helpless.
    """

    model_config = ConfigDict(frozen=True)

    pleasure: Unit
    arousal: Unit
    dominance: Unit

    def as_tuple(self) -> tuple[float, float, float]:
        """(pleasure, arousal, dominance)."""
        return (self.pleasure, self.arousal, self.dominance)


class ReadinessState(StrEnum):
    """How ready the learner is to take in something new, least first."""

    VERY_LOW = "very_low"
    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"
    VERY_HIGH = "very_high"


class Readiness(BaseModel):
    """Learning readiness: a score in [0, 1] and one of five states."""

    model_config = ConfigDict(frozen=True)

    score: Unit
    state: ReadinessState

    @classmethod
    def of(cls, score: float) -> Self:
        """``score`` in [0, 1] with the state of its fifth: the model learns to say the middle of a state's fifth."""
        states = list(ReadinessState)
        return cls(score=score, state=states[min(int(score * len(states)), len(states) - 1)])


class InterventionLevel(StrEnum):
    """How much help an experienced tutor would give at this point, least first."""

    NONE = "none"
    PREVENTIVE = "preventive"
    MILD = "mild"
    MODERATE = "moderate"
    SIGNIFICANT = "significant"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Position in the order of levels, 0 for ``none``."""
        return LEVELS.index(self)


class TrajectoryKind(StrEnum):
    """Where pleasure has been going over the last results."""

    IMPROVING = "improving"
    DECLINING = "declining"
    STABLE_POSITIVE = "stable_positive"
    STABLE_NEGATIVE = "stable_negative"
    STABLE_NEUTRAL = "stable_neutral"


class Trajectory(BaseModel):
    """Least-squares trend of pleasure over the last ``points`` results.

    ``slope`` is in pleasure per minute of elapsed time.
    """

    model_config = ConfigDict(frozen=True)

    kind: TrajectoryKind
    slope: Annotated[float, Field(allow_inf_nan=False)]
    points: Annotated[int, Field(ge=1)]


READINESS_STATES: Final = tuple(ReadinessState)
LEVELS: Final = tuple(InterventionLevel)
