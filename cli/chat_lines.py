"""A line of input as the fields of a chat message. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from emotionstream.schemas.errors import InvalidMessageError


class LineFormat(StrEnum):
    """What a line holds. ``auto``: JSON where it starts with ``{``, text elsewhere."""

    AUTO = "auto"
    JSONL = "jsonl"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a line need not say itself. ``context`` holds further fields of plain text, which cannot say any."""

    user_id: str | None
    session_id: str
    context: Mapping[str, Any] = field(default_factory=dict)


def message_fields(
    line: bytes, line_format: LineFormat, defaults: Defaults, *, now: datetime, message_id: str
) -> dict[str, Any]:
    """The fields of the message that ``line`` holds; ``now`` and ``message_id`` serve where it does not say.

    The fields are not yet checked: the publisher does that.

    Raises:
        InvalidMessageError: the line is not UTF-8 or not a JSON object. Never repeats the line.
    """
    text = decoded(line)
    known = {"message_id": message_id, "sent_at": now, "session_id": defaults.session_id}
    if defaults.user_id is not None:
        known["user_id"] = defaults.user_id
    if _is_json(text, line_format):
        return known | json_object(text)
    if defaults.user_id is None:
        raise InvalidMessageError("plain text needs --user, the learner's pseudonymous id")
    return known | {"text": text} | dict(defaults.context)


def decoded(line: bytes) -> str:
    """The text of a line.

    Raises:
        InvalidMessageError: it is not UTF-8.
    """
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        raise InvalidMessageError(f"byte {error.start} is not UTF-8") from None


def _is_json(text: str, line_format: LineFormat) -> bool:
    return line_format is LineFormat.JSONL or (line_format is LineFormat.AUTO and text.lstrip().startswith("{"))


def json_object(text: str) -> dict[str, Any]:
    """The fields of a line that is a JSON object.

    Raises:
        InvalidMessageError: it is none, or has a field twice or a number that JSON has not. Never repeats the line.
    """
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_not_a_number)
    except json.JSONDecodeError as error:
        hint = "" if text.lstrip().startswith("{") else "; plain text in a file needs --format text"
        raise InvalidMessageError(f"not JSON: {error.msg} at column {error.colno}{hint}") from None
    except RecursionError:
        raise InvalidMessageError("not a message: nested too deeply") from None
    except ValueError:
        raise InvalidMessageError("not JSON: a number is too long") from None
    if not isinstance(value, dict):
        raise InvalidMessageError("not a JSON object")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise InvalidMessageError("a field occurs more than once")
    return fields


def _not_a_number(constant: str) -> float:
    raise InvalidMessageError(f"{constant} is not a number in JSON")
