"""A chat message as the record that Kafka gets. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic_core import PydanticSerializationError, to_json

from emotionstream.producers.connection import Outgoing
from emotionstream.schemas.cloudevents import cloudevent_headers
from emotionstream.schemas.decode import decode_chat
from emotionstream.schemas.errors import InvalidMessageError
from emotionstream.schemas.events import ChatMessage, Rejection
from emotionstream.schemas.position import Record, SourcePosition
from emotionstream.schemas.settings.intake import IntakeSettings

_EPOCH: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def chat_record(
    message: ChatMessage | Mapping[str, Any],
    settings: IntakeSettings,
    *,
    now: datetime,
    source: str,
    traceparent: str | None = None,
) -> tuple[ChatMessage, Outgoing]:
    """``message`` and its record, checked by the very rules of the worker that will read it at about ``now``.

    A mapping may hold Python's own objects or what JSON holds (``sent_at`` as ISO 8601 text).

    Raises:
        InvalidMessageError: names the fields at fault, never their content.
    """
    checked = _checked(message, settings, now)
    headers = cloudevent_headers(
        event_id=checked.message_id,
        event_type=ChatMessage.ce_type,
        source=source,
        time=checked.sent_at,
        traceparent=None if traceparent is None else traceparent.encode(),
    )
    return checked, Outgoing(checked.user_id.encode(), checked.to_json(), headers)


def _checked(message: ChatMessage | Mapping[str, Any], settings: IntakeSettings, now: datetime) -> ChatMessage:
    value, key = _json(message), _key(message)
    position = SourcePosition(topic="", partition=0, offset=0, timestamp_ms=(now - _EPOCH) // timedelta(milliseconds=1))
    found = decode_chat(Record(position, key, value), settings)
    if isinstance(found, Rejection):
        raise InvalidMessageError(found.reason)
    return found


def _json(message: ChatMessage | Mapping[str, Any]) -> bytes:
    try:
        return message.to_json() if isinstance(message, ChatMessage) else to_json(dict(message), exclude_none=True)
    except (PydanticSerializationError, ValueError, RecursionError):
        # Not chained: the serializer's message may repeat the text.
        raise InvalidMessageError(
            "a field cannot be written as JSON: text must be valid Unicode, values plain (text, numbers, times)"
        ) from None


def _key(message: ChatMessage | Mapping[str, Any]) -> bytes:
    """The key that goes with ``user_id``; whether that is a proper one is for the decoder to say."""
    user_id = message.user_id if isinstance(message, ChatMessage) else message.get("user_id")
    return user_id.encode() if isinstance(user_id, str) else b""
