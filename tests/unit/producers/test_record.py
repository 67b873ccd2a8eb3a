"""A chat message as a record."""

import math
from datetime import timedelta

import pytest
from examples import SENT_AT, chat_message
from hypothesis import given
from hypothesis import strategies as st

from emotionstream.producers.connection import Outgoing
from emotionstream.producers.record import chat_record
from emotionstream.schemas.cloudevents import header
from emotionstream.schemas.decode import decode_chat
from emotionstream.schemas.errors import InvalidMessageError
from emotionstream.schemas.events import ChatMessage
from emotionstream.schemas.position import Record, SourcePosition
from emotionstream.schemas.settings.intake import IntakeSettings

SETTINGS = IntakeSettings()


def record(message: object, traceparent: str | None = None) -> tuple[ChatMessage, Outgoing]:
    return chat_record(message, SETTINGS, now=SENT_AT, source="/test", traceparent=traceparent)  # type: ignore[arg-type]


def test_the_worker_accepts_what_the_publisher_made() -> None:
    """Decoding the record gives the message."""
    message, sent = record(chat_message())
    position = SourcePosition(topic="t", partition=0, offset=0, timestamp_ms=int(SENT_AT.timestamp() * 1000))
    assert decode_chat(Record(position, sent.key, sent.value, tuple(sent.headers)), SETTINGS) == message


def test_key_and_headers_follow_from_the_message() -> None:
    """Keyed by user; CloudEvents id and time are the message's own."""
    _, sent = record(chat_message(user_id="zoë"), traceparent="00-1")
    assert sent.key == "zoë".encode()
    assert header(tuple(sent.headers), "ce_id") == b"m-1"
    assert header(tuple(sent.headers), "ce_time") == SENT_AT.isoformat().encode()
    assert header(tuple(sent.headers), "ce_source") == b"/test"
    assert header(tuple(sent.headers), "traceparent") == b"00-1"


def test_a_mapping_gives_the_same_record_as_the_message() -> None:
    """With Python's objects or with JSON's."""
    expected = record(chat_message())
    assert record(chat_message().model_dump()) == expected
    assert record(chat_message().model_dump(mode="json")) == expected


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"user_id": None}, "user_id"),
        ({"user_id": 3}, "user_id"),
        ({"user_id": "a\n"}, "user_id"),
        ({"text": "x" * 20_001}, "text"),
        ({"text": "\x00"}, "NUL"),
        ({"text": "  "}, "empty"),
        ({"text": "secret \ud800"}, "Unicode"),
        ({"text": {1: ...}}, "JSON"),
        ({"engagement": math.nan}, "engagement"),
        ({"engagement": "0.5"}, "engagement"),
        ({"sent_at": "yesterday"}, "sent_at"),
        ({"sent_at": "2026-03-02T10:30:00"}, "sent_at"),
        ({"sent_at": SENT_AT + timedelta(hours=1)}, "sent_at"),
        ({"sent_at": "1970-01-01T00:00:00Z"}, "sent_at"),
        ({"role": "teacher"}, "role"),
        ({"my secret": 1}, "unknown field$"),
        ({"s" + "x" * 64: 1}, "unknown field$"),
        ({"engagment": 0.5}, r"unknown field: is engagement meant\?$"),
        ({"message_id": " m"}, "message_id: must have no control characters, and no space"),
        ({"text": None}, "text: must be a valid string"),
        ({"engagement": 2}, "engagement: must be less than or equal to 1"),
        ({"sent_at": "2026-03-02T10:30:00"}, "sent_at: has no time zone"),
        ({"sent_at": "yesterday"}, "sent_at: write a date"),
    ],
    ids=str,
)
def test_a_bad_message_is_refused_without_repeating_it(change: dict[str, object], told: str) -> None:
    """The error names what is at fault; neither it nor its cause holds what was written."""
    with pytest.raises(InvalidMessageError, match=told) as caught:
        record({**chat_message(text="secret").model_dump(), **change})
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_changed_copy_is_checked_again() -> None:
    """``model_copy`` does not validate: the publisher does."""
    with pytest.raises(InvalidMessageError):
        record(chat_message().model_copy(update={"user_id": ""}))


def test_a_deeply_nested_value_is_refused() -> None:
    """A nesting of 10,000 is an error, not a crash."""
    nested: list[object] = []
    for _ in range(10_000):
        nested = [nested]
    with pytest.raises(InvalidMessageError):
        record({**chat_message().model_dump(), "text": nested})


@given(st.dictionaries(st.text(), st.recursive(st.none() | st.floats() | st.text(), st.lists), max_size=5))
def test_whatever_mapping_comes_is_sent_or_refused(fields: dict[str, object]) -> None:
    """Nothing else than InvalidMessageError escapes."""
    try:
        message, sent = record({**chat_message().model_dump(), **fields})
    except InvalidMessageError:
        return
    assert sent.value == message.to_json()
