"""Chat records that no part may accept, each with the reason that it must be given."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from emotionstream.schemas.events import ChatMessage, RejectionKind
from emotionstream.schemas.settings.intake import IntakeSettings

USER = "ada"
NOW = datetime.now(UTC)
SECRET = "kumquat"
"""Stands in texts and values; no reason may repeat it."""


@dataclass(frozen=True, slots=True)
class BadRecord:
    """What lies in Kafka, and why it must be refused."""

    name: str
    kind: RejectionKind
    value: bytes | None
    key: bytes | None = USER.encode()
    headers: tuple[tuple[str, bytes], ...] = ()


def body(**changes: Any) -> bytes:
    """JSON of a good message with ``changes``; a change to ``...`` leaves the field out."""
    fields: dict[str, Any] = {
        "message_id": "m-1",
        "user_id": USER,
        "session_id": "s-1",
        "text": f"{SECRET} is hard",
        "sent_at": NOW.isoformat(),
    }
    return json.dumps({key: value for key, value in {**fields, **changes}.items() if value is not ...}).encode()


def with_raw(field: str, raw: bytes) -> bytes:
    """JSON of a good message with one more field whose value is ``raw``, well-formed or not."""
    return body()[:-1] + b', "' + field.encode() + b'": ' + raw + b"}"


_DEPTH = 10_000
_KIND = RejectionKind


def bad_records(settings: IntakeSettings) -> list[BadRecord]:
    """The corpus. ``settings`` says what is too large and too far off."""
    return [*_not_json(), *_envelope(settings), *_fields(), *_times(settings), *_numbers(), *_identifiers()]


def _not_json() -> list[BadRecord]:
    return [
        BadRecord("plain text", _KIND.NOT_JSON, SECRET.encode()),
        BadRecord("half a JSON object", _KIND.NOT_JSON, body()[:40]),
        BadRecord("two JSON objects", _KIND.NOT_JSON, body() + body()),
        BadRecord("trailing NUL byte", _KIND.NOT_JSON, body() + b"\x00"),
        BadRecord("only NUL bytes", _KIND.NOT_JSON, b"\x00" * 64),
        BadRecord("single quotes", _KIND.NOT_JSON, body().replace(b'"', b"'")),
        BadRecord("raw control character in a string", _KIND.NOT_JSON, body(text="X").replace(b"X", b"a\x01b")),
        BadRecord("byte order mark", _KIND.NOT_JSON, b"\xef\xbb\xbf" + body()),
        BadRecord("Avro with a schema id", _KIND.NOT_JSON, b"\x00\x00\x00\x00\x07\x06" + SECRET.encode()),
        BadRecord("arrays nested 10,000 deep", _KIND.NOT_JSON, b"[" * _DEPTH + b"]" * _DEPTH),
        BadRecord("objects nested 10,000 deep", _KIND.NOT_JSON, b'{"a":' * _DEPTH + b"1" + b"}" * _DEPTH),
        BadRecord("a field nested 10,000 deep", _KIND.NOT_JSON, with_raw("x", b"[" * _DEPTH + b"]" * _DEPTH)),
        BadRecord("half a surrogate pair, escaped", _KIND.NOT_JSON, body(text="a\ud83d")),
        BadRecord("a low surrogate alone, escaped", _KIND.NOT_JSON, body(text="\udc00b")),
        BadRecord("a surrogate as bytes", _KIND.NOT_UTF8, body(text="X").replace(b"X", b"\xed\xa0\x80")),
        BadRecord("Latin-1", _KIND.NOT_UTF8, body(text="X").replace(b"X", "é".encode("latin-1"))),
        BadRecord("UTF-16", _KIND.NOT_UTF8, body().decode().encode("utf-16")),
        BadRecord("gzip", _KIND.NOT_UTF8, b"\x1f\x8b\x08\x00\x00\x00\x00\x00"),
        BadRecord("JSON null", _KIND.NOT_AN_OBJECT, b"null"),
        BadRecord("an array of messages", _KIND.NOT_AN_OBJECT, b"[" + body() + b"]"),
        BadRecord("a JSON string", _KIND.NOT_AN_OBJECT, b'"' + SECRET.encode() + b'"'),
        BadRecord("a number", _KIND.NOT_AN_OBJECT, b"42"),
    ]


def _envelope(settings: IntakeSettings) -> list[BadRecord]:
    return [
        BadRecord("no key", _KIND.MISSING_KEY, body(), key=None),
        BadRecord("neither key nor value", _KIND.MISSING_KEY, None, key=None),
        BadRecord("empty key", _KIND.KEY_MISMATCH, body(), key=b""),
        BadRecord("another user's key", _KIND.KEY_MISMATCH, body(), key=b"bob"),
        BadRecord("key in another case", _KIND.KEY_MISMATCH, body(), key=USER.upper().encode()),
        BadRecord("key that is not UTF-8", _KIND.KEY_MISMATCH, body(), key=b"\xff\xfe"),
        BadRecord("empty value", _KIND.EMPTY_VALUE, b""),
        BadRecord("too many bytes", _KIND.TOO_LARGE, body(text=SECRET * (settings.max_value_bytes // 4))),
        BadRecord("XML by its header", _KIND.WRONG_CONTENT_TYPE, body(), headers=(("content-type", b"text/xml"),)),
        BadRecord(
            "a structured CloudEvent by its header",
            _KIND.WRONG_CONTENT_TYPE,
            body(),
            headers=(("content-type", b"application/cloudevents+json"),),
        ),
        BadRecord(
            "content type that is not UTF-8", _KIND.WRONG_CONTENT_TYPE, body(), headers=(("content-type", b"\xff"),)
        ),
        BadRecord("another event type", _KIND.WRONG_EVENT_TYPE, body(), headers=(("ce_type", b"com.example.order"),)),
        BadRecord("another CloudEvents version", _KIND.WRONG_EVENT_TYPE, body(), headers=(("ce_specversion", b"0.3"),)),
    ]


def _fields() -> list[BadRecord]:
    return [
        BadRecord("an empty object", _KIND.MISSING_FIELD, b"{}"),
        BadRecord("no user", _KIND.MISSING_FIELD, body(user_id=...)),
        BadRecord("no message id", _KIND.MISSING_FIELD, body(message_id=...)),
        BadRecord("no session", _KIND.MISSING_FIELD, body(session_id=...)),
        BadRecord("no text", _KIND.MISSING_FIELD, body(text=...)),
        BadRecord("no time", _KIND.MISSING_FIELD, body(sent_at=...)),
        BadRecord("text is null", _KIND.INVALID_FIELD, body(text=None)),
        BadRecord("text is a number", _KIND.INVALID_FIELD, body(text=7)),
        BadRecord("text is a list", _KIND.INVALID_FIELD, body(text=[SECRET])),
        BadRecord("text is an object", _KIND.INVALID_FIELD, body(text={SECRET: 1})),
        BadRecord("text holds NUL", _KIND.INVALID_FIELD, body(text=f"{SECRET}\x00")),
        BadRecord("text of 20,001 characters", _KIND.INVALID_FIELD, body(text="é" * 20_001)),
        BadRecord("empty text", _KIND.EMPTY_TEXT, body(text="")),
        BadRecord("text of white space", _KIND.EMPTY_TEXT, body(text=" \t\n\u2003\u00a0")),
        BadRecord("an unknown field", _KIND.UNKNOWN_FIELD, body(**{f"{SECRET} is hard": SECRET})),
        BadRecord("an unknown field whose name is one word", _KIND.UNKNOWN_FIELD, body(**{SECRET: 1})),
        BadRecord("a misspelt field", _KIND.UNKNOWN_FIELD, body(engagment=0.5)),
        BadRecord("a field twice", _KIND.DUPLICATE_FIELD, with_raw("text", b'"other"')),
        BadRecord("a field twice with one value", _KIND.DUPLICATE_FIELD, with_raw("user_id", b'"ada"')),
        BadRecord("an unknown role", _KIND.INVALID_FIELD, body(role=SECRET)),
        BadRecord("role in another case", _KIND.INVALID_FIELD, body(role="Learner")),
        BadRecord("role is null", _KIND.INVALID_FIELD, body(role=None)),
        BadRecord("consent as a word", _KIND.INVALID_FIELD, body(training_consent="yes")),
        BadRecord("consent as a number", _KIND.INVALID_FIELD, body(training_consent=1)),
    ]


def _times(settings: IntakeSettings) -> list[BadRecord]:
    # A day more than the limit: the record's own time is later than NOW, by as long as the tests take.
    future = NOW + timedelta(seconds=settings.max_future_seconds, days=1)
    ancient = settings.earliest - timedelta(seconds=1)
    return [
        BadRecord("written in the future", _KIND.TIME_OUT_OF_RANGE, body(sent_at=future.isoformat())),
        BadRecord("the last moment of all", _KIND.TIME_OUT_OF_RANGE, body(sent_at="9999-12-31T23:59:59-23:59")),
        BadRecord("ancient", _KIND.TIME_OUT_OF_RANGE, body(sent_at=ancient.isoformat())),
        BadRecord("the epoch", _KIND.TIME_OUT_OF_RANGE, body(sent_at="1970-01-01T00:00:00Z")),
        BadRecord("the year 1 east of Greenwich", _KIND.TIME_OUT_OF_RANGE, body(sent_at="0001-01-01T00:00:00+23:59")),
        BadRecord("the year 0", _KIND.INVALID_FIELD, body(sent_at="0000-01-01T00:00:00Z")),
        BadRecord("a time without zone", _KIND.INVALID_FIELD, body(sent_at="2026-03-02T10:00:00")),
        BadRecord("a date without time", _KIND.INVALID_FIELD, body(sent_at="2026-03-02")),
        BadRecord("the 30th of February", _KIND.INVALID_FIELD, body(sent_at="2026-02-30T10:00:00Z")),
        BadRecord("a time as a number", _KIND.INVALID_FIELD, body(sent_at=1_772_447_400)),
        BadRecord("a time as digits in a string", _KIND.INVALID_FIELD, body(sent_at="1772447400")),
        BadRecord("milliseconds in a string", _KIND.INVALID_FIELD, body(sent_at="1772447400000.5")),
        BadRecord("no time at all", _KIND.INVALID_FIELD, body(sent_at=SECRET)),
    ]


def _numbers() -> list[BadRecord]:
    return [
        BadRecord("NaN", _KIND.INVALID_FIELD, with_raw("engagement", b"NaN")),
        BadRecord("infinity", _KIND.INVALID_FIELD, with_raw("cognitive_load", b"Infinity")),
        BadRecord("minus infinity", _KIND.INVALID_FIELD, with_raw("time_factor", b"-Infinity")),
        BadRecord("a number that overflows", _KIND.INVALID_FIELD, with_raw("engagement", b"1e999")),
        BadRecord("above one", _KIND.INVALID_FIELD, body(engagement=1.0000001)),
        BadRecord("below zero", _KIND.INVALID_FIELD, body(cognitive_load=-0.1)),
        BadRecord("an integer of 4,000 digits", _KIND.INVALID_FIELD, with_raw("engagement", b"9" * 4_000)),
        BadRecord("an integer of 100,000 digits", _KIND.NOT_JSON, with_raw("engagement", b"9" * 100_000)),
        BadRecord("a number as a string", _KIND.INVALID_FIELD, body(engagement="0.5")),
        BadRecord("a number as a truth value", _KIND.INVALID_FIELD, body(time_factor=True)),
    ]


def _identifiers() -> list[BadRecord]:
    return [
        BadRecord("a user id with a line break", _KIND.INVALID_FIELD, body(user_id="ada\n"), key=b"ada\n"),
        BadRecord("a session id with NUL", _KIND.INVALID_FIELD, body(session_id="s\x00")),
        BadRecord("a message id with a C1 control character", _KIND.INVALID_FIELD, body(message_id="m\x9b1")),
        BadRecord("a user id of spaces", _KIND.INVALID_FIELD, body(user_id="   "), key=b"   "),
        BadRecord("an empty message id", _KIND.INVALID_FIELD, body(message_id="")),
        BadRecord("a session id of 129 characters", _KIND.INVALID_FIELD, body(session_id="s" * 129)),
        BadRecord("a user id that is a number", _KIND.INVALID_FIELD, body(user_id=7), key=b"7"),
        BadRecord("a message id that is a list", _KIND.INVALID_FIELD, body(message_id=["m"])),
    ]


def good_message(message_id: str, user_id: str = USER) -> ChatMessage:
    """A message that must be scored."""
    return ChatMessage(
        message_id=message_id, user_id=user_id, session_id="s-1", text="I see it now", sent_at=datetime.now(UTC)
    )
