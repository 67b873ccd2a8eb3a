"""What pydantic finds wrong with a value, in plain words. Never repeats the value. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Final

from pydantic import ValidationError

_OWN: Final = "Value error, "
"""What pydantic puts before the words of our own validators."""

_WORDS: Final = {
    "missing": "is missing",
    "timezone_aware": "has no time zone: write a date and a time with a zone, such as 2026-01-31T09:30:00Z",
    "string_pattern_mismatch": "must have no control characters, and no space at its start or end",
    "extra_forbidden": "is unknown",
}
"""Pydantic's error type -> what to say of the field."""

_SHOULD: Final = re.compile(r"^(?:Input|String|Value|Number|Datetime|List|Tuple) should ")
_ALIKE: Final = 0.75
"""Of two names, by difflib's ratio, from where on the one may be meant by the other."""
_LONGEST_NAME: Final = 64
"""Characters; no field of ours has a longer name."""


def in_words(item: Mapping[str, Any], *, of_event: bool = False) -> str:
    """What is wrong with a field, of one entry of ``ValidationError.errors()``, to follow the field's name.

    Where a pattern is not met it is told, or, ``of_event``, what an event's names must be.
    """
    own_pattern = item["type"] == "string_pattern_mismatch" and not of_event
    told = None if own_pattern else _WORDS.get(item["type"])
    return told if told is not None else _SHOULD.sub("must ", str(item["msg"]).removeprefix(_OWN))


def by_field(error: ValidationError) -> Iterator[str]:
    """What is wrong with a file of ours, a field at a time. Names its fields, which nobody hides a text in."""
    items = error.errors(include_url=False, include_context=False, include_input=False)
    places = [item["loc"] for item in items]
    for item in items:
        here = item["loc"]
        if any(place != here and place[: len(here)] == here for place in places):
            continue  # It follows from what is wrong further in.
        told = in_words(item)
        # A validator of the whole says what it is about; pydantic does not.
        about = "" if item["type"] == "value_error" else "the whole"
        place = ".".join(str(part) if str(part).isprintable() else ascii(part) for part in here) or about
        yield f"{place} {told}".strip()


def unknown_field(name: object, known: Iterable[str]) -> str:
    """That there is an unknown field, and which of the ``known`` may be meant.

    Its own name is never told: whoever writes it may have put anything there, somebody's text too.
    """
    typed = name if isinstance(name, str) and len(name) <= _LONGEST_NAME else ""
    near = nearest(typed, known)
    return f"there is an unknown field: is {near} meant?" if near else "there is an unknown field"


def nearest(typed: str, known: Iterable[str]) -> str | None:
    """Which of the ``known`` names may be meant by ``typed``, if any."""
    return next(iter(get_close_matches(typed.lower(), list(known), n=1, cutoff=_ALIKE)), None)
