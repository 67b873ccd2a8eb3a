"""What a record becomes in its dead-letter topic: itself with the reason beside it, or the reason alone."""

from dataclasses import dataclass, replace
from typing import Final

from emotionstream.schemas.decode import reject
from emotionstream.schemas.events import Rejection
from emotionstream.schemas.position import Record
from emotionstream.schemas.rejections import rejection_headers
from emotionstream.schemas.settings.topics import TopicSettings

LEFT_OUT: Final = "key, value and headers are left out here, too large for this topic: see the record at its position"
ROOM_BYTES: Final = 16_384
"""Room for the headers of a rejection, so that the largest record still fits its dead-letter topic."""
_HEADER_BYTES: Final = 10
"""What Kafka writes beside a header's name and value, at most: their lengths."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """Key, value and headers of a dead letter, and the rejection that its headers tell."""

    rejection: Rejection
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes]]


def dead_letter(record: Record, rejection: Rejection, max_bytes: int) -> DeadLetter:
    """``record`` as it came with the reason in its headers; the reason alone where it has over ``max_bytes``.

    Kafka counts bytes as compressed: what a producer squeezed into a topic may not fit the next one, for ever.
    """
    return dead_letter_of(record, rejection, whole=record_bytes(record) <= max_bytes)


def dead_letter_of(record: Record, rejection: Rejection, *, whole: bool) -> DeadLetter:
    """``record`` as it came with the reason in its headers; not ``whole``: the reason alone, which says so."""
    if not whole:
        rejection = reject(record, (rejection.kind, f"{LEFT_OUT}; {rejection.reason}"), rejection.stage)
        record = replace(record, key=None, value=None, headers=())
    return DeadLetter(rejection, record.key, record.value, rejection_headers(rejection, record.headers))


def record_bytes(record: Record) -> int:
    """Bytes of key, value and headers, uncompressed, at most. A header may be null."""
    parts = [record.key, record.value, *(part for name, value in record.headers for part in (name.encode(), value))]
    return sum(len(part) for part in parts if part is not None) + _HEADER_BYTES * len(record.headers)


def dead_letter_bytes(settings: TopicSettings) -> int:
    """Bytes of the largest dead letter: the largest record, and room for the reason."""
    return settings.max_message_bytes + ROOM_BYTES
