"""CloudEvents 1.0 headers in Kafka's binary mode (CloudEvents Kafka protocol binding 1.0.2, section 3.2)."""

from datetime import datetime
from typing import Final

from emotionstream.schemas.position import Headers

CONTENT_TYPE: Final = "content-type"
JSON_CONTENT_TYPE: Final = "application/json"
TRACEPARENT: Final = "traceparent"


def cloudevent_headers(
    *, event_id: str, event_type: str, source: str, time: datetime, traceparent: bytes | None = None
) -> list[tuple[str, bytes]]:
    """Headers of one event. ``source`` is a URI reference such as ``/emotionstream/worker``."""
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", event_id.encode()),
        ("ce_source", source.encode()),
        ("ce_type", event_type.encode()),
        ("ce_time", time.isoformat().encode()),
        (CONTENT_TYPE, JSON_CONTENT_TYPE.encode()),
    ]
    if traceparent is not None:
        headers.append((TRACEPARENT, traceparent))
    return headers


def header(headers: Headers, name: str) -> bytes | None:
    """The last value of header ``name``, or None."""
    for key, value in reversed(headers):
        if key == name:
            return value
    return None
