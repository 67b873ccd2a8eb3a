"""What an intervention says, in plain English. Pure."""

from typing import Final

from emotionstream.schemas.affect import Trajectory, TrajectoryKind
from emotionstream.schemas.events import Intervention, Reason, ReasonKind

SOUNDS: Final[dict[str, str]] = {
    "joy": "joyful",
    "sadness": "sad",
    "anger": "angry",
    "fear": "afraid",
    "surprise": "surprised",
    "disgust": "disgusted",
    "pride": "proud",
    "shame": "ashamed",
    "guilt": "guilty",
    "gratitude": "grateful",
    "jealousy": "jealous",
    "admiration": "full of admiration",
    "sympathy": "sympathetic",
    "frustration": "frustrated",
    "satisfaction": "satisfied",
    "curiosity": "curious",
    "confidence": "confident",
    "anxiety": "anxious",
    "excitement": "excited",
    "confusion": "confused",
    "engagement": "engaged",
    "flow_state": "in flow",
    "cognitive_overload": "overloaded",
    "breakthrough_moment": "as if it just clicked",
    "mastery": "in command of it",
    "elation": "elated",
    "affection": "affectionate",
    "concentration": "concentrated",
    "doubt": "doubtful",
    "boredom": "bored",
    "awe": "in awe",
    "disappointment": "disappointed",
    "distress": "distressed",
    "bitterness": "bitter",
    "contempt": "contemptuous",
    "embarrassment": "embarrassed",
    "fatigue": "tired",
    "pain": "in pain",
    "contentment": "content",
    "serenity": "serene",
    "neutral": "neutral",
}
"""How a message with that emotion sounds: completes "sounds ..."."""

_SHARES: Final[dict[ReasonKind, tuple[str, str, str]]] = {
    ReasonKind.PLEASURE: ("feels worse than most", "feels better than most", "pleasure"),
    ReasonKind.AROUSAL: ("is calmer than most", "is more agitated than most", "arousal"),
    ReasonKind.DOMINANCE: ("feels less in control than most", "feels more in control than most", "dominance"),
    ReasonKind.PLEASURE_AVERAGE: (
        "has been feeling worse than most lately",
        "has been feeling better than most lately",
        "average pleasure",
    ),
    ReasonKind.AROUSAL_AVERAGE: (
        "has been calmer than most lately",
        "has been more agitated than most lately",
        "average arousal",
    ),
    ReasonKind.DOMINANCE_AVERAGE: (
        "has been feeling less in control than most lately",
        "has been feeling more in control than most lately",
        "average dominance",
    ),
    ReasonKind.VOLATILITY: ("has a steady mood", "has a changing mood", "volatility"),
    ReasonKind.READINESS: (
        "is less ready to learn than most",
        "is readier to learn than most",
        "readiness",
    ),
    ReasonKind.ENGAGEMENT: ("is less engaged than most", "is more engaged than most", "engagement"),
    ReasonKind.COGNITIVE_LOAD: ("has little to juggle", "has a lot to juggle", "cognitive load"),
}
"""What a value below and above the population's mean says, and the value's name; all in [0, 1]."""

_MOOD: Final[dict[TrajectoryKind, str]] = {
    TrajectoryKind.IMPROVING: "rising",
    TrajectoryKind.DECLINING: "falling",
    TrajectoryKind.STABLE_POSITIVE: "good",
    TrajectoryKind.STABLE_NEGATIVE: "low",
    TrajectoryKind.STABLE_NEUTRAL: "even",
}
_STEADY: Final = (TrajectoryKind.STABLE_POSITIVE, TrajectoryKind.STABLE_NEGATIVE)


def describe(reason: Reason) -> str:
    """``reason`` as the rest of a sentence about the learner, such as ``sounds frustrated (0.71)``."""
    match reason.what:
        case ReasonKind.EMOTION:
            return f"sounds {SOUNDS[reason.emotion or 'neutral']} ({reason.value:.2f})"
        case ReasonKind.PLEASURE_TREND:
            return _trend(reason)
        case ReasonKind.SESSION_TIME:
            return f"has been at it for {_minutes(reason.value)} (on average {_minutes(reason.against)})"
        case ReasonKind.LAST_INTERVENTION:
            return f"needed help {_minutes(reason.value)} ago (on average {_minutes(reason.against)})"
        case _:
            below, above, name = _SHARES[reason.what]
            judged = below if reason.value < reason.against else above
            return f"{judged} ({name} {reason.value:.2f}, on average {reason.against:.2f})"


def describe_trend(trajectory: Trajectory) -> str:
    """Where the mood is going, in two or three words; one message says only where it is."""
    steadily = "steadily " if trajectory.points > 1 and trajectory.kind in _STEADY else ""
    return f"mood {steadily}{_MOOD[trajectory.kind]}"


def describe_intervention(intervention: Intervention) -> str:
    """``ada needs moderate help (before: none): sounds frustrated (0.71); ...``."""
    reasons = "; ".join(describe(reason) for reason in intervention.reasons) or "no single reason stands out"
    levels = f"{intervention.level} help (before: {intervention.previous_level})"
    return f"{intervention.user_id} needs {levels}: {reasons}"


def _trend(reason: Reason) -> str:
    speed = f"{abs(reason.value):.2f}"
    if not float(speed):
        return "has an even mood (pleasure stays where it is)"
    direction = "falling" if reason.value < 0 else "rising"
    return f"has a {direction} mood (pleasure {direction} by {speed} a minute)"


def _minutes(minutes: float) -> str:
    whole = round(minutes)
    return "less than a minute" if whole < 1 else "1 minute" if whole == 1 else f"{whole} minutes"
