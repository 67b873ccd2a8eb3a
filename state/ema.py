"""Time-aware moving average of PAD, and the learner's slowly learned baseline."""

from math import exp2

from emotionstream.schemas.settings.state import StateSettings

PadTuple = tuple[float, float, float]
"""(pleasure, arousal, dominance), each in [0, 1]."""


def decayed(ema: PadTuple, baseline: PadTuple, elapsed_seconds: float, half_life_seconds: float) -> PadTuple:
    """Where the average has drifted to after a silence: half way to ``baseline`` per half-life."""
    return mix(baseline, ema, exp2(-elapsed_seconds / half_life_seconds))


def mix(old: PadTuple, new: PadTuple, weight: float) -> PadTuple:
    """``old`` moved towards ``new`` by ``weight`` in [0, 1]."""
    pleasure, arousal, dominance = (a + weight * (b - a) for a, b in zip(old, new, strict=True))
    return (pleasure, arousal, dominance)


def baseline_weight(results: int, settings: StateSettings) -> float:
    """Weight of result number ``results`` (from 1) in the baseline.

    At first the mean of the learner's results and the population prior, shrunk towards it; later an average that
    still moves, since people change.
    """
    return max(settings.baseline_alpha, 1 / (results + settings.baseline_prior_results))
