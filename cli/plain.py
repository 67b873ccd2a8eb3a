"""Somebody's words on somebody else's terminal. Pure."""

from typing import Final
from unicodedata import category

_JOINERS: Final = "\u200c\u200d"
"""They hold emoji and the letters of some scripts together, and are else invisible."""


def plain(text: str) -> str:
    """``text`` on one line that moves no cursor, changes no colour, turns no direction: what would is spelled out."""
    return "".join(each if _harmless(each) else each.encode("unicode_escape").decode() for each in text)


def _harmless(each: str) -> bool:
    return each.isprintable() or each in _JOINERS or category(each) == "Zs"
