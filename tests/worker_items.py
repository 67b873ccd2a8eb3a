"""Records and items as the worker sees them, for its tests."""

from typing import Any

from examples import SENT_AT, chat_message

from emotionstream.consumers.emotion_worker.item import Item
from emotionstream.schemas.events import ChatMessage
from emotionstream.schemas.position import Headers, Record, SourcePosition

TIMESTAMP_MS = int(SENT_AT.timestamp() * 1000)


def record(message: ChatMessage, offset: int = 0, partition: int = 0, headers: Headers = ()) -> Record:
    """``message`` as it lies in Kafka."""
    position = SourcePosition(topic="chat", partition=partition, offset=offset, timestamp_ms=TIMESTAMP_MS)
    return Record(position, message.user_id.encode(), message.to_json(), headers)


def records(*texts: str, **changes: Any) -> list[Record]:
    """One learner message a text, one after the other."""
    return [
        record(chat_message(text=text, message_id=f"m-{offset}", **changes), offset)
        for offset, text in enumerate(texts)
    ]


def item(
    message: ChatMessage | None = None, offset: int = 0, epoch: int = 0, headers: Headers = (), partition: int = 0
) -> Item:
    """A learner's message that has not been past the device."""
    message = message or chat_message()
    return Item(record(message, offset, partition, headers), message, epoch)
