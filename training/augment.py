"""Changes to a text that leave its emotion as it is: typos, case, contractions, shorthand, emoji, lost punctuation."""

import re
from collections.abc import Callable

import numpy as np

_SHORT = {
    "you": "u", "are": "r", "because": "bc", "please": "pls", "your": "ur", "though": "tho", "really": "rly",
    "people": "ppl", "about": "abt", "okay": "ok", "thanks": "thx", "don't know": "dunno", "going to": "gonna",
    "want to": "wanna", "I don't": "i dont", "with": "w/", "right now": "rn", "to be honest": "tbh",
}  # fmt: skip
_PATTERN = re.compile(r"\b(" + "|".join(re.escape(word) for word in _SHORT) + r")\b", re.IGNORECASE)
_EMOJI = re.compile(
    r"(?:[\U0001F1E6-\U0001F1FF\U0001F300-\U0001FAFF\u2600-\u27BF][\uFE0F\u200D\U0001F3FB-\U0001F3FF]*)+"
)
"""A run of pictures, with the marks that join and colour them."""
_WORDS_WITHOUT_EMOJI = 6
"""A text of fewer words may say with its emoji what it feels."""
_LOWERED = {word.lower(): short for word, short in _SHORT.items()}


def augmented(text: str, rng: np.random.Generator) -> str:
    """``text`` with one change drawn at random; the same generator state gives the same change."""
    changes = _CHANGES + _OF_EMOJI if _EMOJI.search(text) else _CHANGES
    return changes[int(rng.integers(len(changes)))](text, rng)


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
    return _PATTERN.sub(lambda match: _LOWERED.get(match[0].lower(), match[0]), text)


def without_end(text: str, rng: np.random.Generator) -> str:
    """No full stop at the end. Question and exclamation marks stay: they carry feeling."""
    del rng
    return text.rstrip(".") or text


def without_emoji(text: str, rng: np.random.Generator) -> str:
    """No pictures, where enough words are left to carry the feeling."""
    del rng
    bare = " ".join(_EMOJI.sub(" ", text).split())
    return bare if len(bare.split()) >= _WORDS_WITHOUT_EMOJI else text


def more_emoji(text: str, rng: np.random.Generator) -> str:
    """A run of pictures twice or three times."""
    return _EMOJI.sub(lambda match: match[0] * int(rng.integers(2, 4)), text)


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
_OF_EMOJI: list[Callable[[str, np.random.Generator], str]] = [without_emoji, more_emoji]
