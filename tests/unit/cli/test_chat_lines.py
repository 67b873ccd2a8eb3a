"""A line as the fields of a message."""

import pytest
from examples import SENT_AT
from hypothesis import given
from hypothesis import strategies as st

from emotionstream.cli.chat_lines import Defaults, LineFormat, message_fields
from emotionstream.schemas.errors import InvalidMessageError

DEFAULTS = Defaults("ada", "s-1")


def fields(line: bytes, line_format: LineFormat = LineFormat.AUTO, defaults: Defaults = DEFAULTS) -> dict[str, object]:
    return message_fields(line, line_format, defaults, now=SENT_AT, message_id="new")


def test_plain_text_is_filled_in() -> None:
    """Id, time, user and session come from elsewhere."""
    assert fields(b"I am lost") == {
        "message_id": "new",
        "sent_at": SENT_AT,
        "session_id": "s-1",
        "user_id": "ada",
        "text": "I am lost",
    }


def test_a_json_line_says_what_it_knows() -> None:
    """What the line says wins over what would be filled in."""
    line = b'{"text": "hi", "user_id": "bob", "message_id": "m", "engagement": 0.5}'
    assert fields(line) == {
        "message_id": "m",
        "sent_at": SENT_AT,
        "session_id": "s-1",
        "user_id": "bob",
        "text": "hi",
        "engagement": 0.5,
    }


def test_context_is_for_plain_text_only() -> None:
    """A JSON line says itself what it knows."""
    context = Defaults("ada", "s-1", {"engagement": 0.2, "training_consent": True})
    assert fields(b"hi", defaults=context).items() >= context.context.items()
    assert "engagement" not in fields(b'{"text": "hi"}', defaults=context)


def test_the_format_decides_where_it_is_said() -> None:
    """A text may start with a brace, and a JSONL file may hold no text."""
    assert fields(b'{"text": "hi"}', LineFormat.TEXT)["text"] == '{"text": "hi"}'
    with pytest.raises(InvalidMessageError, match="not JSON"):
        fields(b"hi", LineFormat.JSONL)


def test_without_a_user_text_is_refused_and_json_is_not() -> None:
    """A JSON line may say who it is; whether it does is for the publisher to check."""
    nobody = Defaults(None, "s-1")
    with pytest.raises(InvalidMessageError, match="--user"):
        fields(b"hi", defaults=nobody)
    assert "user_id" not in fields(b'{"text": "hi"}', defaults=nobody)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"\xff", "byte 0 is not UTF-8"),
        (b"{secret", "not JSON"),
        (b'{"text": "secret"', "column"),
        (b'{"text": NaN}', "NaN is not a number"),
        (b'{"text": -Infinity}', "Infinity"),
        (b'{"text": "a", "text": "b"}', "more than once"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "too long"),
        (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_bad_line_is_told_without_repeating_it(line: bytes, told: str) -> None:
    """The error names the place."""
    with pytest.raises(InvalidMessageError, match=told) as caught:
        fields(line)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("line", [b"[]", b'"x"', b"1", b"null"])
def test_json_that_is_no_object_is_refused(line: bytes) -> None:
    """In a JSONL file every line is an object."""
    with pytest.raises(InvalidMessageError, match="not a JSON object"):
        fields(line, LineFormat.JSONL)


@given(st.binary(max_size=60), st.sampled_from(LineFormat))
def test_any_line_is_fields_or_a_flaw(line: bytes, line_format: LineFormat) -> None:
    """Nothing else than InvalidMessageError escapes."""
    try:
        found = fields(line, line_format)
    except InvalidMessageError:
        return
    assert found["session_id"] is not None
