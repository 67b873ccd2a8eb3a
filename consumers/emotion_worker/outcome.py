"""What leaves the worker: a result or a rejection, ready for Kafka. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from emotionstream.consumers.emotion_worker.item import Item
from emotionstream.inference.scoring import Score
from emotionstream.schemas.cloudevents import cloudevent_headers, traceparent
from emotionstream.schemas.decode import Flaw, reject
from emotionstream.schemas.events import ChatMessage, EmotionResult, ModelInfo, Rejection, RejectionKind
from emotionstream.schemas.position import Record, result_id
from emotionstream.schemas.rejections import rejection_headers

SOURCE: Final = "/emotionstream/worker"
LEFT_OUT: Final = "key, value and headers are left out here, too large for this topic: see the record at its position"
_UNSCORABLE: Final[Flaw] = (RejectionKind.UNSCORABLE, "the model fails on this message alone, while it scores others")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One record to send. ``partition`` is its source's: all topics have equally many."""

    event: EmotionResult | Rejection
    partition: int
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes]]


def outgoing(item: Item, model: ModelInfo, scored_at: datetime, max_bytes: int) -> Outgoing | None:
    """The record that answers ``item``, which has been past the device; None where none is due.

    A dead letter holds the original record where that has at most ``max_bytes``.
    """
    record, found = item.record, item.found
    if isinstance(found, Rejection):
        return _dead_letter(record, found, max_bytes)
    if found is None:
        return None
    if item.score is None:
        return _dead_letter(record, reject(record, _UNSCORABLE), max_bytes)
    return _result(record, emotion_result(record, found, item.score, model, scored_at))


def emotion_result(
    record: Record, message: ChatMessage, score: Score, model: ModelInfo, scored_at: datetime
) -> EmotionResult:
    """What ``model`` says of ``message``, with an id that a repeat gets again."""
    return EmotionResult(
        result_id=result_id(record.position),
        message_id=message.message_id,
        user_id=message.user_id,
        session_id=message.session_id,
        probabilities=score.probabilities,
        primary_emotion=score.primary_emotion,
        confidence=score.confidence,
        pad=score.pad,
        readiness=score.readiness,
        truncated=score.truncated,
        engagement=message.engagement,
        cognitive_load=message.cognitive_load,
        time_factor=message.time_factor,
        model=model,
        source=record.position,
        sent_at=message.sent_at,
        scored_at=scored_at,
    )


def next_offsets(items: Iterable[Item]) -> dict[int, int]:
    """Partition -> the offset to go on from after ``items``, which are in order within each partition."""
    return {item.record.position.partition: item.record.position.offset + 1 for item in items}


def _result(record: Record, result: EmotionResult) -> Outgoing:
    headers = cloudevent_headers(
        event_id=str(result.result_id),
        event_type=result.ce_type,
        source=SOURCE,
        time=result.scored_at,
        traceparent=traceparent(record.headers),
    )
    return Outgoing(result, record.position.partition, record.key, result.to_json(), headers)


def _dead_letter(record: Record, rejection: Rejection, max_bytes: int) -> Outgoing:
    if record.size > max_bytes:
        # Kafka counts bytes as compressed: what its producer squeezed in may not fit as we compress, for ever.
        rejection = reject(record, (rejection.kind, f"{LEFT_OUT}; {rejection.reason}"))
        record = replace(record, key=None, value=None, headers=())
    headers = rejection_headers(rejection, record.headers)
    return Outgoing(rejection, record.position.partition, record.key, record.value, headers)
