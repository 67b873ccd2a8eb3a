"""What pydantic finds wrong with a value, in plain words. Never repeats the value. Pure."""

import re
from collections.abc import Mapping
from typing import Any, Final

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
_FIELD_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")


def in_words(item: Mapping[str, Any]) -> str:
    """What is wrong with a field, of one entry of ``ValidationError.errors()``, to follow the field's name."""
    told = _WORDS.get(item["type"])
    return told if told is not None else _SHOULD.sub("must ", str(item["msg"]).removeprefix(_OWN))


def unknown_field(name: object) -> str:
    """That there is an unknown field. It is named where it looks like a name: else it may be somebody's text."""
    named = isinstance(name, str) and _FIELD_NAME.fullmatch(name)
    return f"there is an unknown field {name}" if named else "there is an unknown field"
