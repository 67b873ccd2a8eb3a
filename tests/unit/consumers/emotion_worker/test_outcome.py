"""What leaves the worker."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from examples import MODEL, chat_message
from fake_scorer import score_of
from worker_items import item

from emotionstream.consumers.emotion_worker.outcome import next_offsets, outgoing
from emotionstream.schemas.cloudevents import header
from emotionstream.schemas.dead_letters import LEFT_OUT
from emotionstream.schemas.decode import reject
from emotionstream.schemas.events import EmotionResult, RejectionKind
from emotionstream.schemas.position import result_id
from emotionstream.schemas.rejections import HEADER_NAMES, parse_rejection

NOW = datetime(2026, 3, 2, 10, 30, 1, tzinfo=UTC)
ROOM = 1_048_576
TRACE = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_a_result_says_all_but_the_text() -> None:
    """A result carries ids, scores, context, model, source and times, and no text."""
    message = chat_message(text="kumquat", engagement=0.4)
    source = replace(item(message), score=score_of("kumquat"))
    sent = outgoing(source, MODEL, NOW, ROOM)
    assert sent is not None and sent.value is not None
    result = EmotionResult.model_validate_json(sent.value)
    assert result == sent.event
    assert result.result_id == result_id(source.record.position)
    assert (result.message_id, result.user_id, result.session_id) == ("m-1", "ada", "s-1")
    assert (result.engagement, result.cognitive_load) == (0.4, None)
    assert (result.source, result.sent_at, result.scored_at) == (source.record.position, message.sent_at, NOW)
    assert b"kumquat" not in sent.value
    assert (sent.key, sent.partition) == (b"ada", source.record.position.partition)


def test_a_result_is_a_cloudevent_that_passes_the_trace_on() -> None:
    """Headers name the event; traceparent comes from the chat record, and is left out where it has none."""
    traced = replace(item(headers=(("traceparent", TRACE),)), score=score_of("x"))
    plain = replace(item(), score=score_of("x"))
    forged = replace(item(headers=(("traceparent", b"kumquat" * 100_000),)), score=score_of("x"))
    for source, parent in ((traced, TRACE), (plain, None), (forged, None)):
        sent = outgoing(source, MODEL, NOW, ROOM)
        assert sent is not None
        headers = tuple(sent.headers)
        assert header(headers, "ce_type") == EmotionResult.ce_type.encode()
        assert header(headers, "ce_id") == str(sent.event.model_dump()["result_id"]).encode()
        assert header(headers, "content-type") == b"application/json"
        assert header(headers, "traceparent") == parent


def test_a_dead_letter_is_the_original_record_and_a_reason() -> None:
    """Key, value and headers are as they came; the rejection travels beside them."""
    source = item(headers=(("x-own", b"1"),))
    rejected = replace(source, found=reject(source.record, (RejectionKind.NOT_JSON, "why")))
    sent = outgoing(rejected, MODEL, NOW, ROOM)
    assert sent is not None
    assert (sent.key, sent.value) == (source.record.key, source.record.value)
    assert sent.headers[0] == ("x-own", b"1")
    assert parse_rejection(tuple(sent.headers)) == rejected.found


@pytest.mark.parametrize("part", ["key", "value", "headers"])
def test_a_record_that_is_too_large_to_be_a_dead_letter_leaves_its_reason(part: str) -> None:
    """Its content stays where it is; kind, id and position are those of any rejection, and the worker goes on."""
    content = {"key": b"k" * 600, "value": b"v" * 600, "headers": (("x", b"h" * 600),)}
    source = item()
    small = replace(source.record, key=b"k", value=b"v", headers=())
    source = replace(source, record=replace(small, **{part: content[part]}))
    rejected = reject(source.record, (RejectionKind.TOO_LARGE, "why"))
    sent = outgoing(replace(source, found=rejected), MODEL, NOW, 603)
    assert sent is not None and (sent.key, sent.value) == (source.record.key, source.record.value)
    sent = outgoing(replace(source, found=rejected), MODEL, NOW, 600)
    assert sent is not None and (sent.key, sent.value) == (None, None)
    told = parse_rejection(tuple(sent.headers))
    assert told is not None and told == rejected.model_copy(update={"reason": f"{LEFT_OUT}; why"})
    assert {name for name, _ in sent.headers} == set(HEADER_NAMES)


def test_a_learners_message_without_a_score_is_unscorable() -> None:
    """What the device could not score goes to the dead-letter topic, not on with an invented result."""
    sent = outgoing(item(), MODEL, NOW, ROOM)
    assert sent is not None
    rejection = parse_rejection(tuple(sent.headers))
    assert rejection is not None and rejection.kind is RejectionKind.UNSCORABLE


def test_what_needs_no_answer_sends_nothing() -> None:
    """A tutor's message and an erase marker leave no record."""
    assert outgoing(replace(item(), found=None), MODEL, NOW, ROOM) is None


def test_offsets_go_on_after_the_last_of_each_partition() -> None:
    """The offset to commit is the one after the last item of its partition, answered or not."""
    items = [item(offset=3), replace(item(offset=4), found=None)]
    assert next_offsets(items) == {0: 5}
    assert next_offsets([]) == {}


def test_json_is_compact() -> None:
    """A result says nothing twice and leaves out what is unknown."""
    sent = outgoing(replace(item(), score=score_of("x")), MODEL, NOW, ROOM)
    assert sent is not None and sent.value is not None
    assert "engagement" not in json.loads(sent.value)
