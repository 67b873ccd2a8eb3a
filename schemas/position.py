"""Where a record stands in Kafka, and the ids that follow from it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Final
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict, Field

NAMESPACE: Final = UUID("6b1f2a2e-6e0c-5d0b-9a56-0d5a6a0c41e1")
"""Root of every derived id. Changing it changes every id: never do."""

Headers = tuple[tuple[str, bytes], ...]


class SourcePosition(BaseModel):
    """Position of a record: topic, partition, offset and the record's timestamp (ms since 1970, UTC).

    The timestamp is part of it because a topic that was deleted and made anew starts at offset 0 again.
    """

    model_config = ConfigDict(frozen=True)

    topic: str
    partition: Annotated[int, Field(ge=0)]
    offset: Annotated[int, Field(ge=0)]
    timestamp_ms: Annotated[int, Field(ge=0)]

    @property
    def time(self) -> datetime:
        """The record's timestamp as an aware datetime in UTC; the last moment there is for what lies beyond it."""
        try:
            return datetime.fromtimestamp(self.timestamp_ms / 1000, tz=UTC)
        except (ValueError, OverflowError, OSError):
            # Where a topic is under its producers' clock, they may write any number there.
            return datetime.max.replace(tzinfo=UTC)

    def __str__(self) -> str:
        return f"{self.topic}:{self.partition}:{self.offset}@{self.timestamp_ms}"


@dataclass(frozen=True, slots=True)
class Record:
    """A raw Kafka record, independent of the client library that read it."""

    position: SourcePosition
    key: bytes | None
    value: bytes | None
    headers: Headers = ()

    @property
    def size(self) -> int:
        """Bytes of key, value and headers."""
        named = (len(name.encode()) + len(value or b"") for name, value in self.headers)
        return len(self.key or b"") + len(self.value or b"") + sum(named)


def result_id(position: SourcePosition) -> UUID:
    """Id of the result of the chat record at ``position``."""
    return uuid5(NAMESPACE, f"result:{position}")


def intervention_id(user_id: str, position: SourcePosition) -> UUID:
    """Id of the intervention raised for ``user_id`` by the chat record at ``position``."""
    return uuid5(NAMESPACE, f"intervention:{position}:{user_id}")


def rejection_id(position: SourcePosition, stage: str) -> UUID:
    """Id of the rejection, by ``stage``, of the record at ``position``."""
    return uuid5(NAMESPACE, f"rejection:{stage}:{position}")
