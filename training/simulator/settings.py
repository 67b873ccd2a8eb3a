"""The simulator's parameters (`simulator.toml`): unit and source of each stand beside it there."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from emotionstream.schemas.affect import LEVELS
from emotionstream.schemas.emotions import EMOTION_INDEX
from emotionstream.training.settings_file import Seed, read_settings

DEFAULT: Final = Path(__file__).with_name("simulator.toml")
_CLOSE: Final = 1e-6
"""Shares that should sum to 1 may be off by this much."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class ModeSettings(_Part):
    """One affective mode: what it looks like and where it leads."""

    emotions: dict[str, float] = Field(description="share of each of the 41 classes in what is said")
    first: float = Field(ge=0, le=1, description="share of sessions that start in it")
    need: float = Field(
        ge=-5, le=5, description="ranks; the help that fits, at its usual engagement; below 0: none, by far"
    )
    engagement: float = Field(ge=0, le=1, description="where engagement moves to")
    load: float = Field(ge=0, le=1, description="where cognitive load moves to")
    pleasure: float = Field(ge=0, le=1)
    productivity: float = Field(ge=0, le=1, description="share of full progress, at full engagement")
    restore: float = Field(gt=0, lt=1, description="probability a turn that equilibrium is restored, unaided")
    help: float = Field(ge=0, description="log odds of that which fitting help adds")
    restored: dict[str, float] = Field(description="mode that follows restored equilibrium -> share")
    stuck: dict[str, float] = Field(description="mode that follows an impasse that is not resolved -> share")
    interrupted: dict[str, float] = Field(description="mode that follows needless help -> share")

    @model_validator(mode="after")
    def _shares(self) -> Self:
        unknown = set(self.emotions) - set(EMOTION_INDEX)
        if unknown:
            raise ValueError(f"unknown emotions: {', '.join(sorted(unknown))}")
        for name in ("emotions", "restored", "stuck", "interrupted"):
            if abs(sum(getattr(self, name).values()) - 1) > _CLOSE:
                raise ValueError(f"the shares of {name} must sum to 1")
        return self


class LearnerSettings(_Part):
    """How learners differ, and how engagement, load and skill move."""

    challenge_spread: float = Field(ge=0, description="logits; between learners, of task difficulty over skill")
    task_spread: float = Field(ge=0, description="logits; between one learner's tasks")
    learning: float = Field(ge=0, description="logits of skill gained in a turn of full progress")
    tiring: float = Field(ge=0, description="logits of restoring lost a turn")
    overload: float = Field(ge=0, description="logits of restoring lost for each unit of load above `load_knee`")
    load_knee: float = Field(ge=0, le=1)
    engagement_rate: float = Field(gt=0, le=1, description="share of the way to its mode's engagement in a turn")
    engagement_noise: float = Field(ge=0)
    engagement_spread: float = Field(ge=0, description="between learners")
    load_rate: float = Field(gt=0, le=1)
    load_noise: float = Field(ge=0)
    interruption: float = Field(ge=0, le=1, description="engagement lost where help interrupts")
    need_by_engagement: float = Field(ge=0, description="ranks of need for each unit of engagement missing")
    need_by_turn: float = Field(ge=0, description="ranks of need for each turn that a mode has lasted")
    need_turns: int = Field(ge=0, description="turns after which need stops growing")


class TalkSettings(_Part):
    """What of a learner can be seen, and when."""

    turns_least: int = Field(ge=1, description="messages in a session")
    turns_most: int = Field(ge=1, le=10_000)
    gap_log_mean: float = Field(ge=-10, le=15, description="of the natural log of seconds between messages")
    gap_log_spread: float = Field(ge=0, le=5)
    clear: float = Field(ge=0, le=1, description="share of messages that are not misread as the sessions' were")
    misread_prior: float = Field(ge=0, description="messages; evens out the confusion of modes that are rare")
    engagement_known: float = Field(ge=0, le=1, description="share of messages")
    load_known: float = Field(ge=0, le=1, description="share of messages")
    observation_noise: float = Field(ge=0, description="standard deviation of what is told of engagement and load")

    @model_validator(mode="after")
    def _least_below_most(self) -> Self:
        if self.turns_least > self.turns_most:
            raise ValueError("turns_least must not be above turns_most")
        return self


class HelpSettings(_Part):
    """What help does, and what tutors report of it."""

    width: float = Field(gt=0, description="ranks; how far help may miss the need and still do 61% of its good")
    tolerance: float = Field(ge=0, description="ranks above the need at which help starts to interrupt")
    interrupt_by_rank: float = Field(ge=0, description="probability of interrupting, for each rank above that")
    unsure: list[float] = Field(
        min_length=len(LEVELS), max_length=len(LEVELS), description="share of outcomes, by level"
    )
    misjudged: float = Field(ge=0, le=1, description="share of the other outcomes that a tutor tells wrongly")
    judgement: float = Field(ge=0, description="ranks; spread of a tutor's idea of the level that fits")
    cost: list[float] = Field(min_length=len(LEVELS), max_length=len(LEVELS), description="worth of a tutor's effort")
    answered: float = Field(ge=0, le=1, description="share of needs that the corpus' tutors answered")


class WorthSettings(_Part):
    """What a turn is worth: progress and pleasure, less the tutor's effort."""

    progress: float = Field(ge=0)
    pleasure: float = Field(ge=0)
    discount: float = Field(ge=0, lt=1, description="of the next turn's worth, for the oracle and for returns")


class ThresholdSettings(_Part):
    """The hand-set rule that learned policies are compared with."""

    pleasure: list[float] = Field(
        min_length=len(LEVELS) - 1, max_length=len(LEVELS) - 1, description="averages below which each level is given"
    )


class RewardSettings(_Part):
    """What is seen to follow a decision: nothing latent."""

    engagement: float = Field(ge=0, description="weight of the engagement that is told next")
    pleasure: float = Field(ge=0, description="weight of the pleasure that is read next")
    readiness: float = Field(ge=0, description="weight of the readiness that is read next")
    answer: float = Field(ge=0, description="weight of the tutor's answer: yes 1, no -1, unsure 0")
    turns: int = Field(ge=1, description="turns that are looked ahead")


class LogSettings(_Part):
    """Logs of an exploring policy, to learn from."""

    uniform: float = Field(gt=0, le=1, description="share of decisions that are drawn evenly from all levels")
    learners: int = Field(ge=1, description="learners (sessions) a seed")
    reward: RewardSettings


class RunSettings(_Part):
    """How much is run, from which seeds. No seed is both learned from and measured on."""

    learners: int = Field(ge=1, description="learners (sessions) a seed")
    log_seeds: list[Seed] = Field(min_length=1)
    seeds: list[Seed] = Field(min_length=2)
    confidence: float = Field(gt=0, lt=1, description="of the intervals")

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if set(self.log_seeds) & set(self.seeds):
            raise ValueError("log_seeds and seeds must not share a seed")
        return self


class SimulatorSettings(_Part):
    """All of it."""

    modes: dict[str, ModeSettings] = Field(min_length=2)
    learner: LearnerSettings
    talk: TalkSettings
    help: HelpSettings
    worth: WorthSettings
    threshold: ThresholdSettings
    log: LogSettings
    run: RunSettings

    @model_validator(mode="after")
    def _known_modes(self) -> Self:
        for name, mode in self.modes.items():
            named: set[str] = set().union(mode.restored, mode.stuck, mode.interrupted)
            if named - set(self.modes):
                raise ValueError(f"{name} leads to unknown modes: {', '.join(sorted(named - set(self.modes)))}")
        if abs(sum(mode.first for mode in self.modes.values()) - 1) > _CLOSE:
            raise ValueError("the shares of first modes must sum to 1")
        return self

    @classmethod
    def read(cls, path: Path = DEFAULT, changes: Mapping[str, object] | None = None) -> Self:
        """The settings in a TOML file; ``changes`` replace whole tables of it.

        Raises:
            SettingsError: the file is missing, no TOML, or has an unknown or impossible value.
        """
        return read_settings(cls, path, changes)
