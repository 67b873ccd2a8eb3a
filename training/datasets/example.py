"""One text with whatever is known about it."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from emotionstream.schemas.emotions import EMOTION_INDEX, EMOTIONS

Triple = tuple[float, float, float]

_WORDS = re.compile(r"[^\w]+")


@dataclass(frozen=True, slots=True)
class SoftLabels:
    """What a larger model says of a text (floats; logits before softmax or sigmoid)."""

    logits41: tuple[float, ...]
    logits28: tuple[float, ...]
    pad_emobank: Triple
    pad_learner: Triple


@dataclass(frozen=True, slots=True)
class Example:
    """A text and its partial labels. What is not known is empty or None, never negative.

    ``emotions`` are classes that are true, ``candidates`` a set of which at least one is true, ``allowed`` the classes
    that the source's annotators could choose (the softmax runs over these only).
    """

    text: str
    source: str
    emotions: frozenset[int] = frozenset()
    candidates: frozenset[int] = frozenset()
    allowed: frozenset[int] = frozenset(range(len(EMOTIONS)))
    also: frozenset[int] = frozenset()
    labels: frozenset[int] | None = None
    pad_learner: Triple | None = None
    pad_emobank: Triple | None = None
    soft: SoftLabels | None = None
    weight: float = field(default=1.0)


def indices(names: Iterable[str]) -> frozenset[int]:
    """Positions of emotion names.

    Raises:
        KeyError: a name is not one of the 41.
    """
    return frozenset(EMOTION_INDEX[name] for name in names)


def normalised(text: str) -> str:
    """The text as a key for finding repeats: no case, no accents' variants, no punctuation, single spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    words = _WORDS.sub(" ", folded).strip()
    return words or folded.strip()
