"""Raw outputs to scores."""

import math
from dataclasses import replace

import pytest

from emotionstream.inference.calibration import Calibration
from emotionstream.inference.outputs import Output, output_of, score_of
from emotionstream.inference.scoring import Encoded
from emotionstream.schemas.affect import Readiness, ReadinessState
from emotionstream.schemas.emotions import EMOTION_INDEX, EMOTIONS
from emotionstream.schemas.errors import DeviceError

ENCODED = Encoded(tokens=((1, 5, 2),), context=(0, 0, 0, 0, 0, 0), truncated=True)
LOGITS = [8.0 if name == "confusion" else 0.0 for name in EMOTIONS]
OUTPUT = Output(LOGITS, [0.123456789, 0.5, 1.0], 0.25, [0, 0, 0, 2, 1])


def test_figures_side_by_side_are_told_apart() -> None:
    """41 logits, PAD, the readiness score and its five logits, in this order, and nothing is left."""
    figures = [float(number) for number in range(50)]
    output = output_of(figures)
    assert (output.emotion_logits, output.pad) == (figures[:41], [41, 42, 43])
    assert (output.readiness_score, output.readiness_logits) == (44, [45, 46, 47, 48, 49])


def test_a_score_says_what_the_outputs_mean() -> None:
    """Emotion, confidence, PAD, readiness, tokens and cutting come through, rounded."""
    score = score_of(ENCODED, OUTPUT, Calibration(1), decimals=6)
    assert score.primary_emotion == "confusion"
    assert score.confidence == score.probabilities[EMOTION_INDEX["confusion"]] == max(score.probabilities)
    assert score.pad.as_tuple() == (0.123457, 0.5, 1.0)
    assert (score.readiness.score, score.readiness.state) == (0.25, ReadinessState.LOW)
    assert (score.tokens, score.truncated) == (3, True)


@pytest.mark.parametrize(
    ("score", "state"),
    [
        (0.0, "very_low"), (0.199999, "very_low"), (0.2, "low"), (0.399999, "low"), (0.4, "moderate"), (0.6, "high"),
        (0.8, "very_high"), (1.0, "very_high"),
    ],
)  # fmt: skip
def test_the_state_never_contradicts_the_score(score: float, state: str) -> None:
    """Each has a fifth; the logits of the states are not asked."""
    output = replace(OUTPUT, readiness_score=score)
    assert score_of(ENCODED, output, Calibration(1), decimals=6).readiness == Readiness(
        score=score, state=ReadinessState(state)
    )


def test_probabilities_are_rounded_and_still_sum_to_one() -> None:
    """Rounding 41 figures to 6 places moves their sum by less than 0.00003."""
    score = score_of(ENCODED, OUTPUT, Calibration(1), decimals=6)
    assert all(round(p, 6) == p for p in score.probabilities)
    assert sum(score.probabilities) == pytest.approx(1, abs=3e-5)


def test_a_tie_goes_to_the_first_emotion() -> None:
    """The same figures give the same emotion to whoever reads them."""
    tied = replace(OUTPUT, emotion_logits=[0.0] * len(EMOTIONS))
    assert score_of(ENCODED, tied, Calibration(1), decimals=6).primary_emotion == EMOTIONS[0]


def test_a_sigmoid_that_passes_one_by_its_last_bit_is_one() -> None:
    """Values just outside [0, 1] are brought back."""
    over = replace(OUTPUT, pad=[1.0000001, -1e-9, 0.5], readiness_score=1.0000001)
    score = score_of(ENCODED, over, Calibration(1), decimals=17)
    assert score.pad.as_tuple() == (1.0, 0.0, 0.5)
    assert score.readiness.score == 1.0


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("field", ["emotion_logits", "pad", "readiness_score", "readiness_logits"])
def test_a_figure_that_is_not_finite_is_the_devices_failure(field: str, bad: float) -> None:
    """No result is invented from NaN or an infinity."""
    value = getattr(OUTPUT, field)
    broken = replace(OUTPUT, **{field: bad if isinstance(value, float) else [*value[:-1], bad]})
    with pytest.raises(DeviceError, match="not a finite number"):
        score_of(ENCODED, broken, Calibration(1), decimals=6)
