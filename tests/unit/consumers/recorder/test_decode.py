"""What each kind of record is to the history."""

import json

import pytest
from history_events import intervention, message, outcome, position, rejection, result
from hypothesis import given
from hypothesis import strategies as st

from emotionstream.consumers.recorder.decode import READ, decode
from emotionstream.schemas.events import ChatMessage, Event, Rejection, RejectionKind, Role
from emotionstream.schemas.position import Record, rejection_id
from emotionstream.schemas.rejections import rejection_headers
from emotionstream.schemas.settings.intake import IntakeSettings
from emotionstream.schemas.topics import Topic

INTAKE = IntakeSettings()
SCORED = result(message(0), position(0))
RAISED = intervention(SCORED)
SECRET = "what I told nobody"


def record(value: bytes | None, key: bytes | None = b"ada", headers: tuple[tuple[str, bytes], ...] = ()) -> Record:
    """A raw record."""
    return Record(position(0), key, value, headers)


@pytest.mark.parametrize("role", Role)
def test_messages_of_all_roles_are_kept(role: Role) -> None:
    """Tutors and the system are not scored, but they are the session's context."""
    said = message(0, role=role)
    assert decode(Topic.CHAT, record(said.to_json()), INTAKE) == said


@pytest.mark.parametrize(
    ("topic", "event"),
    [(Topic.RESULTS, SCORED), (Topic.INTERVENTIONS, RAISED), (Topic.OUTCOMES, outcome(RAISED))],
    ids=["result", "intervention", "outcome"],
)
def test_an_event_is_kept_as_it_was(topic: Topic, event: Event) -> None:
    """Bytes on the wire to the event and back are the same bytes."""
    found = decode(topic, record(event.to_json()), INTAKE)
    assert found == event
    assert isinstance(found, Event)
    assert found.to_json() == event.to_json()


def test_a_bad_chat_record_is_left_to_the_worker() -> None:
    """The worker sends it to the dead letters, which are recorded: here it would be doubled."""
    assert decode(Topic.CHAT, record(b"not json"), INTAKE) is None


@pytest.mark.parametrize("topic", [Topic.CHAT, Topic.RESULTS, Topic.INTERVENTIONS, Topic.OUTCOMES])
def test_a_mark_of_erasure_is_no_event_and_no_error(topic: Topic) -> None:
    """A key without a value asks for erasure."""
    assert decode(topic, record(None), INTAKE) is None


@pytest.mark.parametrize("topic", [Topic.CHAT_DLQ, Topic.RESULTS_DLQ])
def test_a_dead_letter_is_known_by_its_headers_alone(topic: Topic) -> None:
    """Its value, which is text, is not looked at, whatever it is."""
    refused = rejection(position(7))
    headers = tuple(rejection_headers(refused, (("traceparent", b"x"),)))
    assert decode(topic, record(SECRET.encode(), headers=headers), INTAKE) == refused
    assert decode(topic, record(None, headers=headers), INTAKE) == refused


def test_a_dead_letter_of_somebody_else_is_a_rejection_without_its_text() -> None:
    """Headers that are not ours: recorded by position."""
    found = decode(Topic.CHAT_DLQ, record(SECRET.encode()), INTAKE)
    assert isinstance(found, Rejection)
    assert (found.stage, found.source) == ("recorder", position(0))
    assert SECRET not in found.model_dump_json()


BAD = {
    "not json": (b"{", RejectionKind.NOT_JSON),
    "not utf-8": (b"\xff\xfe", RejectionKind.NOT_JSON),
    "an array": (b"[]", RejectionKind.NOT_AN_OBJECT),
    "no fields": (b"{}", RejectionKind.MISSING_FIELD),
    "empty": (b"", RejectionKind.EMPTY_VALUE),
    "nested": (b"[" * 10_000, RejectionKind.NOT_JSON),
    "NaN": (SCORED.to_json().replace(b'"confidence":', b'"confidence":NaN,"x":'), RejectionKind.INVALID_FIELD),
    "unknown emotion": (
        json.dumps({**json.loads(SCORED.to_json()), "primary_emotion": SECRET}).encode(),
        RejectionKind.INVALID_FIELD,
    ),
    "huge offset": (
        json.dumps({**json.loads(SCORED.to_json()), "source": {"offset": 10**400}}).encode(),
        RejectionKind.MISSING_FIELD,
    ),
}


@pytest.mark.parametrize(("value", "kind"), BAD.values(), ids=BAD.keys())
def test_what_is_no_event_is_a_rejection_that_repeats_nothing(value: bytes, kind: RejectionKind) -> None:
    """Its id follows from the position, so that a repeat is known; its reason names fields only."""
    found = decode(Topic.RESULTS, record(value), INTAKE)
    assert isinstance(found, Rejection)
    assert (found.kind, found.rejection_id) == (kind, rejection_id(position(0), "recorder"))
    assert SECRET not in found.reason


@given(topic=st.sampled_from(READ), value=st.binary(max_size=200) | st.none(), key=st.binary(max_size=8) | st.none())
def test_decoding_never_raises(topic: Topic, value: bytes | None, key: bytes | None) -> None:
    """Whatever bytes come, the recorder goes on."""
    found = decode(topic, record(value, key), INTAKE)
    assert found is None or isinstance(found, Rejection | ChatMessage | Event)
