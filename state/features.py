"""The named feature vector that InterventionNet reads."""

from dataclasses import dataclass
from math import expm1, log1p
from operator import itemgetter
from typing import Final

import numpy as np
import numpy.typing as npt

from emotionstream.schemas.affect import LEVELS
from emotionstream.schemas.emotions import EMOTIONS
from emotionstream.schemas.events import EmotionResult, ReasonKind
from emotionstream.schemas.settings.state import MS_PER_MINUTE, StateSettings
from emotionstream.state.snapshot import LearnerState
from emotionstream.state.trajectory import slope_of, span_minutes, volatility, within_window

Vector = npt.NDArray[np.float64]
"""[features], in the order of ``FEATURE_NAMES``."""


@dataclass(frozen=True, slots=True)
class FeatureGroup:
    """Features that stand for one piece of evidence.

    ``shown`` names the feature that a person is told; ``known`` the flag without which it means nothing;
    ``log`` says that it is ``log1p`` of what is shown; ``lasting`` that one message within the trajectory's window
    says nothing of it.
    """

    kind: ReasonKind
    names: tuple[str, ...]
    shown: str
    known: str | None = None
    log: bool = False
    lasting: bool = False


EMOTION_NAMES: Final = tuple(f"emotion.{name}" for name in EMOTIONS)
GROUPS: Final[tuple[FeatureGroup, ...]] = (
    FeatureGroup(ReasonKind.EMOTION, EMOTION_NAMES, EMOTION_NAMES[0]),
    FeatureGroup(ReasonKind.PLEASURE, ("pad.pleasure",), "pad.pleasure"),
    FeatureGroup(ReasonKind.AROUSAL, ("pad.arousal",), "pad.arousal"),
    FeatureGroup(ReasonKind.DOMINANCE, ("pad.dominance",), "pad.dominance"),
    FeatureGroup(ReasonKind.READINESS, ("readiness.score",), "readiness.score"),
    FeatureGroup(
        ReasonKind.ENGAGEMENT, ("engagement.value", "engagement.known"), "engagement.value", "engagement.known"
    ),
    FeatureGroup(
        ReasonKind.COGNITIVE_LOAD,
        ("cognitive_load.value", "cognitive_load.known"),
        "cognitive_load.value",
        "cognitive_load.known",
    ),
    FeatureGroup(
        ReasonKind.SESSION_TIME,
        (
            "session.minutes_log",
            "session.results_log",
            "session.gap_minutes_log",
            "time_factor.value",
            "time_factor.known",
        ),
        "session.minutes_log",
        log=True,
    ),
    FeatureGroup(ReasonKind.PLEASURE_AVERAGE, ("ema.pleasure", "baseline.pleasure"), "ema.pleasure", lasting=True),
    FeatureGroup(ReasonKind.AROUSAL_AVERAGE, ("ema.arousal", "baseline.arousal"), "ema.arousal", lasting=True),
    FeatureGroup(ReasonKind.DOMINANCE_AVERAGE, ("ema.dominance", "baseline.dominance"), "ema.dominance", lasting=True),
    FeatureGroup(
        ReasonKind.PLEASURE_TREND, ("trend.slope", "trend.change", "trend.points"), "trend.slope", lasting=True
    ),
    FeatureGroup(ReasonKind.VOLATILITY, ("volatility.pleasure",), "volatility.pleasure", lasting=True),
    FeatureGroup(
        ReasonKind.LAST_INTERVENTION,
        ("intervention.minutes_log", "intervention.known", "intervention.level"),
        "intervention.minutes_log",
        "intervention.known",
        log=True,
    ),
)
FEATURE_NAMES: Final[tuple[str, ...]] = tuple(name for group in GROUPS for name in group.names)
FEATURE_INDEX: Final[dict[str, int]] = {name: i for i, name in enumerate(FEATURE_NAMES)}
_IN_ORDER: Final = itemgetter(*FEATURE_NAMES)
MEMORY_SETTINGS: Final = (
    "ema_alpha",
    "ema_half_life_seconds",
    "baseline_alpha",
    "baseline_prior_results",
    "baseline_pleasure",
    "baseline_arousal",
    "baseline_dominance",
    "trajectory_points",
    "trajectory_window_seconds",
    "trajectory_min_points",
    "slope_limit",
)
"""Settings that shape the features: a policy records those it was trained under."""


def features(result: EmotionResult, learner: LearnerState, settings: StateSettings) -> Vector:
    """The feature vector of ``result``, given ``learner`` as it is after ``observe`` folded that result in.

    Probabilities, PAD, scores and averages are in [0, 1]; a value that is not known is 0 with ``known`` 0; times are
    ``log1p`` of minutes, counts ``log1p``; slope is in pleasure per minute within ``slope_limit``; ``trend.change``
    is slope times span, within [-1, 1]; the last intervention's level is its rank by the highest rank.
    """
    values = {
        **dict(zip(EMOTION_NAMES, result.probabilities, strict=True)),
        **_pads(result, learner),
        "readiness.score": result.readiness.score,
        **_optional("engagement", result.engagement),
        **_optional("cognitive_load", result.cognitive_load),
        **_optional("time_factor", result.time_factor),
        **_times(learner),
        **_trend(learner, settings),
        **_last_intervention(learner),
    }
    return np.array(_IN_ORDER(values), dtype=np.float64)


def shown(group: FeatureGroup, vector: Vector) -> float:
    """What ``group`` says in a person's units: a share in [0, 1], minutes, or pleasure per minute.

    For a vector of means this is the mean over the vectors where the value was known.
    """
    value = float(vector[FEATURE_INDEX[group.shown]])
    known = 1.0 if group.known is None else float(vector[FEATURE_INDEX[group.known]])
    if not known:
        return 0.0
    return expm1(value / known) if group.log else value / known


def is_known(group: FeatureGroup, vector: Vector, settings: StateSettings) -> bool:
    """Whether ``group`` says anything: what is not known is no reason, nor is what lasts after a single message
    within the trajectory's window: nobody felt so lately.
    """
    if group.lasting and round(vector[FEATURE_INDEX["trend.points"]] * settings.trajectory_points) <= 1:
        return False
    return group.known is None or bool(vector[FEATURE_INDEX[group.known]])


def _pads(result: EmotionResult, learner: LearnerState) -> dict[str, float]:
    named = {"pad": result.pad.as_tuple(), "ema": learner.ema, "baseline": learner.baseline}
    axes = ("pleasure", "arousal", "dominance")
    return {f"{name}.{axis}": value for name, pad in named.items() for axis, value in zip(axes, pad, strict=True)}


def _optional(name: str, value: float | None) -> dict[str, float]:
    return {f"{name}.value": 0.0 if value is None else value, f"{name}.known": float(value is not None)}


def _times(learner: LearnerState) -> dict[str, float]:
    gap_ms = min((age for age, _ in learner.points[:-1]), default=0)
    return {
        "session.minutes_log": log1p((learner.last_ms - learner.session.started_ms) / MS_PER_MINUTE),
        "session.results_log": log1p(learner.session.results),
        "session.gap_minutes_log": log1p(gap_ms / MS_PER_MINUTE),
    }


def _trend(learner: LearnerState, settings: StateSettings) -> dict[str, float]:
    points = within_window(learner.points, settings)
    slope = slope_of(points, settings)
    return {
        "trend.slope": _clip(slope, settings.slope_limit),
        "trend.change": _clip(slope * span_minutes(points), 1.0),
        "trend.points": len(points) / settings.trajectory_points,
        "volatility.pleasure": volatility(points),
    }


def _last_intervention(learner: LearnerState) -> dict[str, float]:
    last = learner.intervention
    if last is None:
        return {"intervention.minutes_log": 0.0, "intervention.known": 0.0, "intervention.level": 0.0}
    elapsed_ms = max(0, learner.last_ms - last.time_ms)
    return {
        "intervention.minutes_log": log1p(elapsed_ms / MS_PER_MINUTE),
        "intervention.known": 1.0,
        "intervention.level": last.rank / (len(LEVELS) - 1),
    }


def _clip(value: float, limit: float) -> float:
    return max(-limit, min(limit, value))
