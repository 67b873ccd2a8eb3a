"""Changes to a text that leave its emotion as it is: typos, case, contractions, chat shorthand, lost punctuation."""

import re
from collections.abc import Callable

import numpy as np

_SHORT = {
    "you": "u", "are": "r", "because": "bc", "please": "pls", "your": "ur", "though": "tho", "really": "rly",
    "people": "ppl", "about": "abt", "okay": "ok", "thanks": "thx", "don't know": "dunno", "going to": "gonna",
    "want to": "wanna", "I don't": "i dont", "with": "w/", "right now": "rn", "to be honest": "tbh",
}  # fmt: skip
_PATTERN = re.compile(r"\b(" + "|".join(re.escape(word) for word in _SHORT) + r")\b", re.IGNORECASE)
_LOWERED = {word.lower(): short for word, short in _SHORT.items()}


def augmented(text: str, rng: np.random.Generator) -> str:
    """``text`` with one change drawn at random; the same generator state gives the same change."""
    return _CHANGES[int(rng.integers(len(_CHANGES)))](text, rng)


def lower(text: str, rng: np.random.Generator) -> str:
    """No capitals."""
    del rng
    return text.lower()


def without_apostrophes(text: str, rng: np.random.Generator) -> str:
    """``don't`` -> ``dont``."""
    del rng
    return text.replace("'", "").replace("\u2019", "")


def shortened(text: str, rng: np.random.Generator) -> str:
    """Chat shorthand for common words."""
    del rng
    return _PATTERN.sub(lambda match: _LOWERED[match[0].lower()], text)


def without_end(text: str, rng: np.random.Generator) -> str:
    """No full stop at the end. Question and exclamation marks stay: they carry feeling."""
    del rng
    return text.rstrip(".") or text


def mistyped(text: str, rng: np.random.Generator) -> str:
    """Two neighbouring letters inside a longer word change places, or one is lost."""
    words = text.split(" ")
    long = [i for i, word in enumerate(words) if len(word) > 4 and word.isalpha()]
    if not long:
        return text
    chosen = long[int(rng.integers(len(long)))]
    word, place = words[chosen], int(rng.integers(1, len(words[chosen]) - 2))
    swapped = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    words[chosen] = swapped if rng.random() < 0.5 else word[:place] + word[place + 1 :]
    return " ".join(words)


_CHANGES: list[Callable[[str, np.random.Generator], str]] = [
    lower,
    without_apostrophes,
    shortened,
    without_end,
    mistyped,
]
