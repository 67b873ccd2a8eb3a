"""Results as they come from Kafka."""

import json
from typing import Any

import pytest
from state_policies import result

from emotionstream.schemas.events import EmotionResult, Rejection, RejectionKind
from emotionstream.schemas.position import Record, SourcePosition
from emotionstream.state.intake import decode_result

PLACE = SourcePosition(topic="emotion.results.v1", partition=0, offset=9, timestamp_ms=1_772_447_400_000)
GOOD = result()


def record(value: bytes | None, key: bytes | None = b"ada") -> Record:
    """A record of the results topic."""
    return Record(PLACE, key, value)


def changed(**fields: Any) -> bytes:
    """A good result's JSON with fields changed; None removes one."""
    whole = json.loads(GOOD.to_json()) | fields
    return json.dumps({name: value for name, value in whole.items() if value is not None}).encode()


def test_a_result_is_read_as_it_was_written() -> None:
    """Every field, number for number; unknown fields of a newer writer are ignored."""
    assert decode_result(record(GOOD.to_json())) == GOOD
    assert decode_result(record(changed(newer=1))) == GOOD


@pytest.mark.parametrize(
    ("value", "key", "kind"),
    [
        (b"", b"ada", RejectionKind.EMPTY_VALUE),
        (GOOD.to_json(), None, RejectionKind.MISSING_KEY),
        (None, None, RejectionKind.MISSING_KEY),
        (GOOD.to_json(), b"bo", RejectionKind.KEY_MISMATCH),
        (b"{", b"ada", RejectionKind.NOT_JSON),
        (b"\xff\xfe", b"ada", RejectionKind.NOT_JSON),
        (b"[" * 10_000, b"ada", RejectionKind.NOT_JSON),
        (b"[]", b"ada", RejectionKind.NOT_AN_OBJECT),
        (b"null", b"ada", RejectionKind.NOT_AN_OBJECT),
        (changed(pad=None), b"ada", RejectionKind.MISSING_FIELD),
        (changed(probabilities=[0.5]), b"ada", RejectionKind.INVALID_FIELD),
        (changed(probabilities=[2.0] * 41), b"ada", RejectionKind.INVALID_FIELD),
        (changed(confidence=float("nan")), b"ada", RejectionKind.INVALID_FIELD),
        (changed(primary_emotion="hunger"), b"ada", RejectionKind.INVALID_FIELD),
        (changed(sent_at="2026-03-02T10:30:00"), b"ada", RejectionKind.INVALID_FIELD),
        (changed(user_id=""), b"", RejectionKind.INVALID_FIELD),
    ],
)
def test_what_cannot_be_used_is_a_rejection(value: bytes | None, key: bytes | None, kind: RejectionKind) -> None:
    """It says what kind, where, and repeats none of the record."""
    found = decode_result(record(value, key))
    assert isinstance(found, Rejection)
    assert (found.kind, found.source, found.stage, found.rejected_at) == (kind, PLACE, "state", PLACE.time)


def test_a_rejections_id_is_the_same_for_a_repeat() -> None:
    """A crash between the dead letter and the commit gives the same id again."""
    assert decode_result(record(b"{")) == decode_result(record(b"{"))
    assert not isinstance(decode_result(record(GOOD.to_json())), Rejection)
    assert isinstance(decode_result(record(GOOD.to_json())), EmotionResult)


def test_a_reason_names_what_is_wrong_and_repeats_nothing() -> None:
    """An emotion that is none may be what somebody wrote: it must not reach a header or the history."""
    found = decode_result(record(changed(primary_emotion="kumquat")))
    assert isinstance(found, Rejection)
    assert "primary_emotion" in found.reason
    assert "kumquat" not in found.reason
