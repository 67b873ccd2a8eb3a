"""How a learner's state is kept, and when an intervention is raised."""

from datetime import timedelta
from typing import ClassVar, Final, Self

from pydantic import Field, model_validator
from pydantic_settings import SettingsConfigDict

from emotionstream.schemas.affect import InterventionLevel
from emotionstream.schemas.settings.base import Settings

MS_PER_MINUTE: Final = timedelta(minutes=1) // timedelta(milliseconds=1)
MS_PER_SECOND: Final = timedelta(seconds=1) // timedelta(milliseconds=1)
STATE_MAX_BYTES: Final = 1_024
"""No learner's state is larger: it is written to the changelog at every message. The ranges below keep to it."""
SESSION_DIGEST_BYTES: Final = 4
"""Bytes of the digest by which a learner's state knows its session: one change in 4 billion goes unseen."""


class StateSettings(Settings):
    """What `advance` needs: averages, trajectory, and the emission rule.

    A policy is trained under some of these; its checkpoint records which (``features.MEMORY_SETTINGS``).
    """

    model_config = SettingsConfigDict(env_prefix="EMOTIONSTREAM_STATE_")
    part: ClassVar[str] = "state"

    ema_alpha: float = Field(
        default=0.3,
        gt=0.0,
        le=1.0,
        description="weight of the newest result in the PAD moving average; 0.3: the last 6 results carry 88%",
    )
    ema_half_life_seconds: float = Field(
        default=3_600.0,
        gt=0.0,
        le=31_536_000.0,
        description="seconds of silence after which the average is half way back to the baseline; a lesson's length",
    )
    baseline_alpha: float = Field(
        default=0.01,
        gt=0.0,
        le=1.0,
        description="smallest weight of the newest result in the learner's baseline; about the last 100 results",
    )
    baseline_prior_results: float = Field(
        default=20.0,
        ge=0.0,
        le=10_000.0,
        description="results; how many of a learner's own weigh as much as the population's mean; two sessions",
    )
    baseline_pleasure: float = Field(
        default=0.47, ge=0.0, le=1.0, description="population mean pleasure; mean of learner_corpus sessions"
    )
    baseline_arousal: float = Field(
        default=0.45, ge=0.0, le=1.0, description="population mean arousal; mean of learner_corpus sessions"
    )
    baseline_dominance: float = Field(
        default=0.46, ge=0.0, le=1.0, description="population mean dominance; mean of learner_corpus sessions"
    )
    trajectory_points: int = Field(
        default=10,
        ge=2,
        le=20,
        description="results that the trajectory looks back on; 20 is what fits a state of 1 KB",
    )
    trajectory_window_seconds: float = Field(
        default=3_600.0,
        gt=0.0,
        le=31_536_000.0,
        description="seconds; older results do not count for the trajectory: yesterday must not flatten today's trend",
    )
    trajectory_min_points: int = Field(
        default=3, ge=2, le=20, description="results; fewer than this are no trend (two lie on a line by chance)"
    )
    improving_slope: float = Field(
        default=0.01,
        gt=0.0,
        le=10.0,
        description="pleasure per minute from which a learner is improving; upper fifth of learner_corpus sessions",
    )
    declining_slope: float = Field(
        default=-0.01,
        ge=-10.0,
        lt=0.0,
        description="pleasure per minute from which a learner is declining; lower quarter of learner_corpus sessions",
    )
    positive_pleasure: float = Field(
        default=0.57, ge=0.0, le=1.0, description="mean pleasure from which a stable learner is positive; upper third"
    )
    negative_pleasure: float = Field(
        default=0.34, ge=0.0, le=1.0, description="mean pleasure up to which a stable learner is negative; lower third"
    )
    slope_limit: float = Field(
        default=0.1,
        gt=0.0,
        le=10.0,
        description="pleasure per minute; steeper slopes count as this much for the policy (two results seconds apart)",
    )
    minimum_level: InterventionLevel = Field(
        default=InterventionLevel.MILD,
        description="lowest level that is raised as an intervention; a tutor's attention is scarce",
    )
    cooldown_seconds: float = Field(
        default=300.0,
        ge=0.0,
        le=86_400.0,
        description="seconds after an intervention in which only a higher level is raised; time for a tutor to answer",
    )
    reasons: int = Field(default=3, ge=1, le=14, description="reasons given with an intervention, at most")
    reason_min_weight: float = Field(
        default=0.05,
        ge=0.0,
        le=5.0,
        description="levels; evidence that raised the expected level by less than this is no reason",
    )
    reason_min_distance: float = Field(
        default=0.5,
        ge=0.0,
        le=5.0,
        description="standard deviations; evidence closer than this to the average is no reason (Cohen: medium)",
    )
    reason_min_emotion: float = Field(
        default=0.15,
        ge=0.0,
        le=1.0,
        description="probability; a weaker emotion is no reason, a tutor would not hear it; chance is 0.02",
    )
    reason_min_association: float = Field(
        default=0.05,
        ge=0.0,
        le=1.0,
        description="correlation with the tutors' level; less is no reason (2 standard errors in 1,740 messages)",
    )
    decimals: int = Field(
        default=6, ge=2, le=6, description="digits kept of every number in a state: 6 is what fits a state of 1 KB"
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.negative_pleasure >= self.positive_pleasure:
            raise ValueError(
                "EMOTIONSTREAM_STATE_NEGATIVE_PLEASURE must be less than EMOTIONSTREAM_STATE_POSITIVE_PLEASURE"
            )
        if self.trajectory_min_points > self.trajectory_points:
            raise ValueError(
                "EMOTIONSTREAM_STATE_TRAJECTORY_MIN_POINTS must not exceed EMOTIONSTREAM_STATE_TRAJECTORY_POINTS"
            )
        if self.minimum_level is InterventionLevel.NONE:
            raise ValueError("EMOTIONSTREAM_STATE_MINIMUM_LEVEL must be a level that helps: preventive or higher")
        return self

    @property
    def baseline(self) -> tuple[float, float, float]:
        """Population mean of (pleasure, arousal, dominance)."""
        return (self.baseline_pleasure, self.baseline_arousal, self.baseline_dominance)
