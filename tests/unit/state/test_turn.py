"""One record of the results topic, and what follows from it."""

import pytest
from state_policies import random_policy, random_results, result

from emotionstream.schemas.affect import InterventionLevel
from emotionstream.schemas.cloudevents import header
from emotionstream.schemas.dead_letters import LEFT_OUT
from emotionstream.schemas.events import EmotionResult, Intervention
from emotionstream.schemas.position import Headers, Record, SourcePosition
from emotionstream.schemas.rejections import parse_rejection
from emotionstream.schemas.settings.state import StateSettings
from emotionstream.schemas.topics import Topic
from emotionstream.state.snapshot import LearnerState
from emotionstream.state.turn import Turn, take

POLICY = random_policy()
EAGER = StateSettings(minimum_level=InterventionLevel.PREVENTIVE, cooldown_seconds=0.0)
ROOM = 1_048_576
TRACE = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
PLACE = SourcePosition(topic="emotion.results.v1", partition=1, offset=9, timestamp_ms=1_772_447_400_000)


def record(value: bytes | None, key: bytes | None = b"ada", headers: Headers = ()) -> Record:
    """A record of the results topic."""
    return Record(PLACE, key, value, headers)


def first_raised(headers: Headers = ()) -> tuple[EmotionResult, Turn]:
    """The first of some results that raises an intervention, and the turn."""
    for item in random_results(50, ["ada"]):
        turn = take(record(item.to_json(), headers=headers), None, POLICY, EAGER, ROOM)
        if turn.output is not None:
            return item, turn
    raise AssertionError("no result raised an intervention")


def test_an_intervention_goes_out_as_a_cloud_event_with_its_trace() -> None:
    """Key and headers by the catalogue; the trace goes on."""
    item, turn = first_raised((("traceparent", TRACE), ("ce_id", b"of the result")))
    assert turn.output is not None
    assert (turn.output.topic, turn.output.key) == (Topic.INTERVENTIONS, b"ada")
    sent = Intervention.model_validate_json(turn.output.value or b"")
    assert sent.result_id == item.result_id
    headers = tuple(turn.output.headers)
    assert header(headers, "ce_id") == str(sent.intervention_id).encode()
    assert header(headers, "ce_type") == b"emotionstream.intervention.v1"
    assert header(headers, "ce_source") == b"/emotionstream/state"
    assert header(headers, "content-type") == b"application/json"
    assert header(headers, "traceparent") == TRACE


def test_a_repeat_after_a_crash_is_the_same_record() -> None:
    """Before the table was written the same result gives the same bytes and headers; after, nothing."""
    item, turn = first_raised()
    assert take(record(item.to_json()), None, POLICY, EAGER, ROOM) == turn
    again = take(record(item.to_json()), turn.value, POLICY, EAGER, ROOM)
    assert (again.output, again.value, again.erase) == (None, None, False)


def test_the_new_state_is_what_advance_gives() -> None:
    """The table's value is the learner's state as JSON."""
    turn = take(record(result().to_json()), None, POLICY, StateSettings(), ROOM)
    assert turn.value is not None
    assert turn.step is not None
    assert LearnerState.from_json(turn.value) == turn.step.learner


def test_a_bad_record_goes_to_the_dead_letters_as_it_came() -> None:
    """Key, value and headers unchanged, the reason beside them; the learner's state stays."""
    turn = take(record(b"{", headers=(("x", b"1"),)), b"", POLICY, EAGER, ROOM)
    assert turn.output is not None
    assert (turn.output.topic, turn.output.key, turn.output.value) == (Topic.RESULTS_DLQ, b"ada", b"{")
    assert turn.output.headers[0] == ("x", b"1")
    assert parse_rejection(tuple(turn.output.headers)) == turn.rejection
    assert (turn.value, turn.erase) == (None, False)


def test_a_record_that_is_too_large_to_be_a_dead_letter_leaves_its_reason() -> None:
    """The stage goes on; the dead letter says where the record stands, and holds none of it."""
    turn = take(record(b"v" * 700, headers=(("x", b"1"),)), None, POLICY, EAGER, 700)
    assert turn.output is not None and turn.rejection is not None
    assert (turn.output.topic, turn.output.key, turn.output.value) == (Topic.RESULTS_DLQ, None, None)
    assert parse_rejection(tuple(turn.output.headers)) == turn.rejection
    assert (turn.rejection.source, turn.rejection.stage, turn.rejection.kind) == (PLACE, "state", "not_json")
    assert turn.rejection.reason.startswith(LEFT_OUT)


def test_a_tombstone_erases() -> None:
    """A key with a null value is no result and no error."""
    assert take(record(None), b"", POLICY, EAGER, ROOM) == Turn(erase=True)


def test_a_state_of_another_version_is_not_guessed_at() -> None:
    """The stage stops instead: a state that is overwritten is lost."""
    with pytest.raises(ValueError, match="format 0"):
        take(record(result().to_json()), b"[0,1,2,3,4,5,6,7,8]", POLICY, EAGER, ROOM)
