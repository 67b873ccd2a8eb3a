"""The model's raw outputs, and the scores they mean."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from emotionstream.inference.calibration import Calibration
from emotionstream.inference.scoring import Encoded, Score
from emotionstream.schemas.affect import Pad, Readiness
from emotionstream.schemas.emotions import EMOTIONS
from emotionstream.schemas.errors import DeviceError


@dataclass(frozen=True, slots=True)
class Output:
    """The model's raw outputs for one text."""

    emotion_logits: Sequence[float]
    """[41], before the temperature."""
    pad: Sequence[float]
    """[3], each in [0, 1]."""
    readiness_score: float
    """In [0, 1]."""
    readiness_logits: Sequence[float]
    """[5]. The score learns from the same states; what is published is the score and its state."""


_PAD: Final = len(EMOTIONS)
_SCORE: Final = _PAD + len(Pad.model_fields)
_STATES: Final = _SCORE + 1


def output_of(figures: Sequence[float]) -> Output:
    """The output whose ``figures`` [41 + 3 + 1 + 5] stand side by side."""
    return Output(figures[:_PAD], figures[_PAD:_SCORE], figures[_SCORE], figures[_STATES:])


def score_of(encoded: Encoded, output: Output, calibration: Calibration, decimals: int) -> Score:
    """The score of one text, every figure rounded to ``decimals``.

    Raises:
        DeviceError: an output is not a finite number.
    """
    figures = (*output.emotion_logits, *output.pad, output.readiness_score, *output.readiness_logits)
    if not all(map(math.isfinite, figures)):
        raise DeviceError("the device gave a figure that is not a finite number: the result was not used")
    probabilities = tuple(round(p, decimals) for p in calibration.probabilities(output.emotion_logits))
    top = max(range(len(probabilities)), key=probabilities.__getitem__)
    pleasure, arousal, dominance = (round(_unit(value), decimals) for value in output.pad)
    return Score(
        probabilities=probabilities,
        primary_emotion=EMOTIONS[top],
        confidence=probabilities[top],
        pad=Pad(pleasure=pleasure, arousal=arousal, dominance=dominance),
        readiness=Readiness.of(round(_unit(output.readiness_score), decimals)),
        truncated=encoded.truncated,
        tokens=encoded.length,
    )


def _unit(value: float) -> float:
    # A sigmoid in float32 or less may pass 1 by its last bit.
    return min(max(value, 0.0), 1.0)
