"""What leaves the worker: a result or a rejection, ready for Kafka. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from emotionstream.consumers.emotion_worker.item import Item
from emotionstream.inference.answer import emotion_result
from emotionstream.schemas.cloudevents import cloudevent_headers, traceparent
from emotionstream.schemas.dead_letters import dead_letter_of
from emotionstream.schemas.decode import Flaw, reject
from emotionstream.schemas.events import EmotionResult, ModelInfo, Rejection, RejectionKind
from emotionstream.schemas.position import Record

SOURCE: Final = "/emotionstream/worker"
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
    return _result(record, emotion_result(found, record.position, item.score, model, scored_at))


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
    letter = dead_letter_of(record, rejection, whole=record.size <= max_bytes)
    return Outgoing(letter.rejection, record.position.partition, letter.key, letter.value, letter.headers)
