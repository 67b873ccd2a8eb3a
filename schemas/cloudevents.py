"""CloudEvents 1.0 headers in Kafka's binary mode (CloudEvents Kafka protocol binding 1.0.2, section 3.2)."""

import re
from datetime import datetime
from typing import Final

from emotionstream.schemas.position import Headers

CONTENT_TYPE: Final = "content-type"
JSON_CONTENT_TYPE: Final = "application/json"
TRACEPARENT: Final = "traceparent"
_TRACEPARENT: Final = re.compile(rb"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


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


def traceparent(headers: Headers) -> bytes | None:
    """The trace that a record belongs to (W3C Trace Context, section 3.2), or None where it names none.

    What has another form is no trace: it may be of any size, and be somebody's text, and must not travel on.
    """
    value = header(headers, TRACEPARENT)
    return value if value is not None and _TRACEPARENT.fullmatch(value) else None
