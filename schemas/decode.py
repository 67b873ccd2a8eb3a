"""A raw chat record becomes a ``ChatMessage``, or a ``Rejection`` that says what is wrong with it.

Pure: the record's own timestamp is "now". A reason names our own fields and limits and never repeats what the record
holds, not even an unknown field's name: that may be somebody's text.
"""

import json
from datetime import timedelta
from typing import Final, Literal

from pydantic import ValidationError

from emotionstream.schemas.cloudevents import CONTENT_TYPE, JSON_CONTENT_TYPE, header
from emotionstream.schemas.events import ChatMessage, Rejection, RejectionKind
from emotionstream.schemas.flaws import in_words, unknown_field
from emotionstream.schemas.position import Record, rejection_id
from emotionstream.schemas.settings.intake import IntakeSettings

Stage = Literal["worker", "state", "recorder"]
Flaw = tuple[RejectionKind, str]

_PAIRS: Final = json.JSONDecoder(object_pairs_hook=list)
_BOM: Final = b"\xef\xbb\xbf"
_REASON_CHARS: Final = 1000
_KINDS: Final = {
    "json_invalid": RejectionKind.NOT_JSON,
    "json_type": RejectionKind.NOT_JSON,
    "model_type": RejectionKind.NOT_AN_OBJECT,
    "missing": RejectionKind.MISSING_FIELD,
    "extra_forbidden": RejectionKind.UNKNOWN_FIELD,
}
"""Pydantic's error types that mean something else than a field with an impossible value."""


def is_tombstone(record: Record) -> bool:
    """Whether ``record`` marks its user as erased: a key and a null value. It is no message and no error."""
    return record.value is None and record.key is not None


def decode_chat(record: Record, settings: IntakeSettings, stage: Stage = "worker") -> ChatMessage | Rejection:
    """The chat message that ``record`` holds, or why it cannot be used. Never raises.

    Ask ``is_tombstone`` first: a null value is no message, so it is rejected here.
    """
    found = _envelope(record, settings) or _body(record, settings)
    return found if isinstance(found, ChatMessage) else reject(record, found, stage)


def reject(record: Record, flaw: Flaw, stage: Stage = "worker") -> Rejection:
    """The rejection of ``record`` for ``flaw`` (kind and reason), with an id that a repeat gets again."""
    kind, reason = flaw
    return Rejection(
        rejection_id=rejection_id(record.position, stage),
        source=record.position,
        stage=stage,
        kind=kind,
        reason=reason[:_REASON_CHARS],
        rejected_at=record.position.time,
    )


def event_flaw(error: ValidationError) -> Flaw:
    """What keeps a value from being one of our own events, under the first flaw's kind.

    Fields and pydantic's names for what is wrong: its messages may repeat a value.
    """
    items = error.errors(include_url=False, include_context=False, include_input=False)
    told = (f"{'.'.join(str(part) for part in item['loc']) or 'value'}: {item['type']}" for item in items)
    return _KINDS.get(items[0]["type"], RejectionKind.INVALID_FIELD), "; ".join(dict.fromkeys(told))


def _envelope(record: Record, settings: IntakeSettings) -> Flaw | None:
    """What can be seen without reading the value's JSON."""
    if record.key is None:
        return RejectionKind.MISSING_KEY, "the record has no key: it must be the user_id"
    if not record.value:
        return RejectionKind.EMPTY_VALUE, "the value is empty (only a null value erases a user)"
    if len(record.value) > settings.max_value_bytes:
        return RejectionKind.TOO_LARGE, f"{len(record.value)} bytes, the limit is {settings.max_value_bytes}"
    return _headers(record)


def _headers(record: Record) -> Flaw | None:
    """Headers may be absent; those that are there must say what the value is."""
    content_type = header(record.headers, CONTENT_TYPE)
    if content_type is not None and _media_type(content_type) != JSON_CONTENT_TYPE.encode():
        return RejectionKind.WRONG_CONTENT_TYPE, f"header {CONTENT_TYPE} is not {JSON_CONTENT_TYPE}"
    for name, expected in (("ce_specversion", "1.0"), ("ce_type", ChatMessage.ce_type)):
        if header(record.headers, name) not in (None, expected.encode()):
            return RejectionKind.WRONG_EVENT_TYPE, f"header {name} is not {expected}"
    return None


def _media_type(content_type: bytes) -> bytes:
    """Without parameters such as ``charset``; case does not count (RFC 9110, section 8.3.1)."""
    return content_type.partition(b";")[0].strip().lower()


def _body(record: Record, settings: IntakeSettings) -> ChatMessage | Flaw:
    value = record.value or b""
    if value.startswith(_BOM):
        return RejectionKind.NOT_JSON, "the value starts with a byte order mark"
    try:
        text = value.decode()
    except UnicodeDecodeError as error:
        return RejectionKind.NOT_UTF8, f"byte {error.start} of the value is not UTF-8"
    try:
        message = ChatMessage.model_validate_json(text)
    except ValidationError as error:
        return _invalid(error)
    return _contradiction(record, text, message, settings) or message


def _invalid(error: ValidationError) -> Flaw:
    """All that pydantic found, as one reason under the first flaw's kind."""
    items = error.errors(include_url=False, include_context=False, include_input=False)
    told = []
    for item in items:
        place = ".".join(str(part) for part in item["loc"])
        if item["type"] == "extra_forbidden":
            told.append(unknown_field(place, ChatMessage.model_fields))
        else:
            told.append(f"{place}: {in_words(item, of_event=True)}" if place else item["msg"])
    return _KINDS.get(items[0]["type"], RejectionKind.INVALID_FIELD), "; ".join(dict.fromkeys(told))


def _contradiction(record: Record, text: str, message: ChatMessage, settings: IntakeSettings) -> Flaw | None:
    """What a valid message can still get wrong: against itself, its key, and the record's time."""
    if _has_duplicate_field(text):
        return RejectionKind.DUPLICATE_FIELD, "a field occurs more than once"
    if record.key != message.user_id.encode():
        return RejectionKind.KEY_MISMATCH, "the record's key is not its user_id"
    if message.sent_at - record.position.time > timedelta(seconds=settings.max_future_seconds):
        limit = f"{settings.max_future_seconds:g} seconds"
        return RejectionKind.TIME_OUT_OF_RANGE, f"sent_at is more than {limit} after the record's own time"
    if message.sent_at < settings.earliest:
        return RejectionKind.TIME_OUT_OF_RANGE, f"sent_at is before {settings.earliest.isoformat()}"
    if not message.text or message.text.isspace():
        return RejectionKind.EMPTY_TEXT, "text is empty or only white space"
    return None


def _has_duplicate_field(text: str) -> bool:
    """Pydantic keeps the last of two equal fields. Called only on a valid, so flat, object: it cannot recurse."""
    pairs: list[tuple[str, object]] = _PAIRS.decode(text)
    return len(pairs) != len(dict(pairs))
