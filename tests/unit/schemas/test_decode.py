"""A raw record becomes a message or a rejection, whatever it holds."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from bad_records import NOW, SECRET, USER, BadRecord, bad_records, body
from hypothesis import given
from hypothesis import strategies as st

from emotionstream.schemas.decode import decode_chat, is_tombstone, reject
from emotionstream.schemas.events import ChatMessage, Rejection, RejectionKind, Role
from emotionstream.schemas.position import Headers, Record, SourcePosition
from emotionstream.schemas.settings.intake import IntakeSettings

SETTINGS = IntakeSettings()
BAD = bad_records(SETTINGS)


def record(value: bytes | None, key: bytes | None = USER.encode(), headers: Headers = (), at: datetime = NOW) -> Record:
    """A chat record that Kafka took at ``at``."""
    position = SourcePosition(topic="chat", partition=0, offset=7, timestamp_ms=int(at.timestamp() * 1000))
    return Record(position, key, value, headers)


@pytest.mark.parametrize("bad", BAD, ids=[bad.name for bad in BAD])
def test_a_bad_record_is_rejected_for_its_reason(bad: BadRecord) -> None:
    """Each kind of bad record is refused for what is wrong with it, with its position, and without its content."""
    source = record(bad.value, bad.key, bad.headers)
    found = decode_chat(source, SETTINGS)
    assert isinstance(found, Rejection)
    assert found.kind is bad.kind
    assert found.source == source.position
    assert found.rejected_at == source.position.time
    assert found.reason and SECRET not in found.reason


def test_there_are_at_least_forty_kinds_of_bad_record() -> None:
    """The corpus is wide, names each record once, and meets every kind that a decoder can give."""
    later = {RejectionKind.DUPLICATE_MESSAGE, RejectionKind.UNSCORABLE}
    assert len({bad.name for bad in BAD}) == len(BAD) >= 40
    assert {bad.kind for bad in BAD} == set(RejectionKind) - later


def test_a_plain_message_is_decoded() -> None:
    """What the bad records are made from is itself good, with or without headers that say so."""
    headers = (("content-type", b"Application/JSON; charset=utf-8"), ("ce_type", ChatMessage.ce_type.encode()))
    for given_headers in ((), headers):
        found = decode_chat(record(body(), headers=given_headers), SETTINGS)
        assert isinstance(found, ChatMessage)
        assert (found.user_id, found.role) == (USER, Role.LEARNER)


def test_a_null_value_with_a_key_is_a_tombstone() -> None:
    """An erase marker is no error; a null value without a key erases nobody."""
    assert is_tombstone(record(None))
    assert not is_tombstone(record(None, key=None))
    assert not is_tombstone(record(b""))


def test_sent_at_is_judged_by_the_records_own_time() -> None:
    """A replayed old record is not late, and one exactly at the limit of clock drift is good."""
    long_ago = NOW - timedelta(days=2_000)
    edge = long_ago + timedelta(seconds=SETTINGS.max_future_seconds)
    at = long_ago.replace(microsecond=0)
    good = record(body(sent_at=edge.replace(microsecond=0).isoformat()), at=at)
    late = record(body(sent_at=(edge + timedelta(seconds=1)).isoformat()), at=at)
    assert isinstance(decode_chat(good, SETTINGS), ChatMessage)
    assert isinstance(decode_chat(late, SETTINGS), Rejection)


def test_a_rejection_has_the_same_id_each_time() -> None:
    """A record that is read again is rejected under the same id, and under another by another stage."""
    first, again = (decode_chat(record(b"x"), SETTINGS) for _ in range(2))
    other = decode_chat(record(b"x"), SETTINGS, stage="recorder")
    assert isinstance(first, Rejection) and isinstance(other, Rejection)
    assert first == again
    assert first.rejection_id != other.rejection_id


def test_a_long_reason_is_cut() -> None:
    """A record with thousands of flaws still gets a rejection that fits its schema."""
    assert len(reject(record(b"x"), (RejectionKind.INVALID_FIELD, "x" * 5_000)).reason) == 1_000


TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=200)
IDS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=128)
UNIT = st.none() | st.floats(0, 1)
MESSAGES = st.builds(
    ChatMessage,
    message_id=IDS,
    user_id=IDS,
    session_id=IDS,
    text=TEXT.filter(lambda text: text.strip()),
    sent_at=st.datetimes(datetime(2001, 1, 1), NOW.replace(tzinfo=None), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis wants naive bounds
    role=st.sampled_from(Role),
    engagement=UNIT,
    cognitive_load=UNIT,
    time_factor=UNIT,
    training_consent=st.booleans(),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.sampled_from([*ChatMessage.model_fields, "x"])


@given(MESSAGES)
def test_a_valid_message_round_trips(message: ChatMessage) -> None:
    """What a publisher may send is decoded to the same message."""
    assert decode_chat(record(message.to_json(), message.user_id.encode()), SETTINGS) == message


@given(st.binary(max_size=400), st.none() | st.binary(max_size=20), st.lists(st.tuples(st.text(), st.binary())))
def test_no_bytes_make_the_decoder_raise(value: bytes, key: bytes | None, headers: list[tuple[str, bytes]]) -> None:
    """Arbitrary bytes end as a rejection."""
    assert isinstance(decode_chat(record(value, key, tuple(headers)), SETTINGS), Rejection)


@given(st.dictionaries(FIELDS, JSON), st.sets(FIELDS))
def test_no_json_makes_the_decoder_raise(changes: dict[str, object], dropped: set[str]) -> None:
    """A message with arbitrary JSON in its fields ends as a message or as a rejection that names no content."""
    good = json.loads(body())
    fields = {key: value for key, value in {**good, **changes}.items() if key not in dropped}
    found = decode_chat(record(json.dumps(fields).encode()), SETTINGS)
    assert isinstance(found, ChatMessage | Rejection)
    assert isinstance(found, ChatMessage) or SECRET not in found.reason
