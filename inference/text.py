"""Which texts say nothing that could be scored."""

import unicodedata
from typing import Final

BLANK: Final = "the text is empty or has only white space, control or invisible characters"

# Separators, controls, formatting (zero-width joiners, direction marks) and halves of surrogate pairs.
_UNSEEN: Final = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Cs"})


def why_unscorable(text: str) -> str | None:
    """Why ``text`` cannot be scored, or None where it can. The reason never repeats the text.

    Emoji, any script in any direction, and control characters among others are all scored.
    """
    seen = any(unicodedata.category(character) not in _UNSEEN for character in text)
    return None if seen else BLANK
