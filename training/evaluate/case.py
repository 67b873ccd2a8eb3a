"""Rows to measure on, whatever file they came from."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from emotionstream.inference.model.labels import GOEMOTIONS_LABELS
from emotionstream.inference.scoring import ScoreRequest
from emotionstream.schemas.affect import InterventionLevel, ReadinessState
from emotionstream.schemas.emotions import EMOTIONS
from emotionstream.training.datasets.example import Example, Triple


class LabelSet(StrEnum):
    """Which names ``labels`` are drawn from."""

    GOEMOTIONS = "goemotions"
    EMOTIONS = "emotions"

    @property
    def names(self) -> tuple[str, ...]:
        """All of them, in the order of the model's output."""
        return GOEMOTIONS_LABELS if self is LabelSet.GOEMOTIONS else EMOTIONS


class PadScale(StrEnum):
    """What a rating of PAD means: the annotation guide of this project, or EmoBank's."""

    LEARNER = "learner"
    EMOBANK = "emobank"


@dataclass(frozen=True, slots=True)
class Case:
    """One text and whatever is known of it. ``line`` is its place in the file, from 1; the rest may be unknown.

    ``emotion`` and ``also`` are positions in ``EMOTIONS``, ``labels`` names, ``seconds`` count from the session's
    start.
    """

    line: int
    text: str
    emotion: int | None = None
    also: frozenset[int] = frozenset()
    labels: tuple[str, ...] | None = None
    pad: Triple | None = None
    readiness: ReadinessState | None = None
    level: InterventionLevel | None = None
    session: str | None = None
    seconds: float | None = None
    engagement: float | None = None
    cognitive_load: float | None = None
    time_factor: float | None = None

    @property
    def request(self) -> ScoreRequest:
        """What the model is asked."""
        return ScoreRequest(self.text, self.engagement, self.cognitive_load, self.time_factor)


@dataclass(frozen=True, slots=True)
class Flaw:
    """A line that could not be used, and why. Never repeats the line."""

    line: int
    why: str


@dataclass(frozen=True, slots=True)
class CaseSet:
    """The rows of one file or data set.

    ``path`` is the file as the user named it, None for a dev set of a data folder. ``pad_scale`` None: not told, both
    of the model's scales are measured.
    """

    name: str
    cases: tuple[Case, ...]
    label_set: LabelSet | None = None
    pad_scale: PadScale | None = None
    flaws: tuple[Flaw, ...] = ()
    notes: tuple[str, ...] = ()
    path: str | None = None


def of_examples(name: str, examples: Sequence[Example]) -> CaseSet:
    """A dev set as its reader gives it."""
    labelled = any(example.labels is not None for example in examples)
    banked = any(example.pad_emobank is not None for example in examples)
    rated = any(example.pad_learner is not None for example in examples)
    return CaseSet(
        name=name,
        cases=tuple(_case(line, example) for line, example in enumerate(examples, 1)),
        label_set=LabelSet.GOEMOTIONS if labelled else None,
        pad_scale=PadScale.EMOBANK if banked else PadScale.LEARNER if rated else None,
    )


def _case(line: int, example: Example) -> Case:
    labels = None if example.labels is None else tuple(GOEMOTIONS_LABELS[i] for i in sorted(example.labels))
    # Where there are labels, the 41 classes are read from them, as for a user's rows.
    emotion = min(example.emotions) if example.emotions and labels is None else None
    return Case(line, example.text, emotion, example.also, labels, example.pad_learner or example.pad_emobank)
