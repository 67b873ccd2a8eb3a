"""The 41 emotions, in the order of every probability vector."""

from typing import Final

from emotionstream.schemas.flaws import nearest

EMOTION_GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "basic": ("joy", "sadness", "anger", "fear", "surprise", "disgust"),
    "social": ("pride", "shame", "guilt", "gratitude", "jealousy", "admiration", "sympathy"),
    "learning": (
        "frustration",
        "satisfaction",
        "curiosity",
        "confidence",
        "anxiety",
        "excitement",
        "confusion",
        "engagement",
        "flow_state",
        "cognitive_overload",
        "breakthrough_moment",
        "mastery",
        "elation",
        "affection",
    ),
    "cognitive": ("concentration", "doubt", "boredom", "awe"),
    "negative": ("disappointment", "distress", "bitterness", "contempt", "embarrassment"),
    "physical": ("fatigue", "pain"),
    "reflective": ("contentment", "serenity"),
    "neutral": ("neutral",),
}

EMOTIONS: Final[tuple[str, ...]] = tuple(name for group in EMOTION_GROUPS.values() for name in group)
"""Wire order: position i of a probability vector belongs to ``EMOTIONS[i]``."""

EMOTION_INDEX: Final[dict[str, int]] = {name: i for i, name in enumerate(EMOTIONS)}


def known_emotion(name: str) -> str:
    """``name`` if it is one of the 41 emotions.

    Raises:
        ValueError: it is not.
    """
    if name not in EMOTION_INDEX:
        near = nearest(name, EMOTIONS)
        meant = f"is {near!r} meant?" if near else f"use one of {', '.join(EMOTIONS)}"
        raise ValueError(f"{name!r} is none of the {len(EMOTIONS)} emotions: {meant}")
    return name
