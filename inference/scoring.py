"""What goes into the engine and what comes out."""

from dataclasses import dataclass

from emotionstream.schemas.affect import Pad, Readiness


@dataclass(frozen=True, slots=True)
class ScoreRequest:
    """One text, with what is known of the learner's context. Each of the three is in [0, 1], or None: unknown."""

    text: str
    engagement: float | None = None
    cognitive_load: float | None = None
    time_factor: float | None = None


@dataclass(frozen=True, slots=True)
class Encoded:
    """One request as tokens.

    ``tokens`` holds one sequence of ids per encoder of the model, special tokens included.
    ``context`` is [6]: engagement, cognitive load and time factor (0 where unknown), then 1 for each that is known.
    """

    tokens: tuple[tuple[int, ...], ...]
    context: tuple[float, ...]
    truncated: bool

    @property
    def length(self) -> int:
        """Tokens of the longest sequence."""
        return max(len(ids) for ids in self.tokens)


@dataclass(frozen=True, slots=True)
class Score:
    """What the model says of one text.

    ``probabilities`` are 41, in the order of ``EMOTIONS``, calibrated, and sum to 1 but for rounding.
    ``primary_emotion`` is the first of the largest, ``confidence`` its probability.
    """

    probabilities: tuple[float, ...]
    primary_emotion: str
    confidence: float
    pad: Pad
    readiness: Readiness
    truncated: bool
    tokens: int
