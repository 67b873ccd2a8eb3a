"""A rejection as Kafka headers beside the original record (names as in Kafka Connect's dead-letter queue)."""

from datetime import datetime
from typing import Final
from uuid import UUID

from pydantic import ValidationError

from emotionstream.schemas.events import Rejection
from emotionstream.schemas.position import Headers, SourcePosition

PREFIX: Final = "__connect.errors."
_FIELDS: Final = {
    "id": PREFIX + "id",
    "topic": PREFIX + "topic",
    "partition": PREFIX + "partition",
    "offset": PREFIX + "offset",
    "timestamp": PREFIX + "timestamp",
    "stage": PREFIX + "stage",
    "kind": PREFIX + "exception.class.name",
    "reason": PREFIX + "exception.message",
    "rejected_at": PREFIX + "rejected.at",
}
HEADER_NAMES: Final = tuple(_FIELDS.values())
"""Headers that a dead-letter record carries besides its original ones; UTF-8 text each."""


def rejection_headers(rejection: Rejection, original: Headers) -> list[tuple[str, bytes]]:
    """The original headers, then the rejection's. UTF-8 throughout."""
    source = rejection.source
    values = {
        "id": str(rejection.rejection_id),
        "topic": source.topic,
        "partition": str(source.partition),
        "offset": str(source.offset),
        "timestamp": str(source.timestamp_ms),
        "stage": rejection.stage,
        "kind": rejection.kind.value,
        "reason": rejection.reason,
        "rejected_at": rejection.rejected_at.isoformat(),
    }
    return [*original, *((_FIELDS[name], value.encode()) for name, value in values.items())]


def parse_rejection(headers: Headers) -> Rejection | None:
    """The rejection that a dead-letter record carries, or None where its headers are not ours.

    The last header of a name counts: a record that is rejected twice says why it was rejected last.
    """
    last = dict(headers)
    try:
        texts = {name: last[key].decode() for name, key in _FIELDS.items()}
        return Rejection(
            rejection_id=UUID(texts["id"]),
            source=SourcePosition(
                topic=texts["topic"],
                partition=int(texts["partition"]),
                offset=int(texts["offset"]),
                timestamp_ms=int(texts["timestamp"]),
            ),
            stage=texts["stage"],
            kind=texts["kind"],
            reason=texts["reason"],
            rejected_at=datetime.fromisoformat(texts["rejected_at"]),
        )
    except (KeyError, ValueError, ValidationError, AttributeError):
        # The last: Kafka's headers may be null.
        return None
