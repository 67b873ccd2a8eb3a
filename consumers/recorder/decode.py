"""What a record of any topic is to the history. Pure."""

from typing import Final

from pydantic import ValidationError

from emotionstream.history.entry import Kept
from emotionstream.schemas.decode import decode_chat, event_flaw, is_tombstone, reject
from emotionstream.schemas.events import (
    ChatMessage,
    EmotionResult,
    Intervention,
    InterventionOutcome,
    Rejection,
    RejectionKind,
)
from emotionstream.schemas.position import Record
from emotionstream.schemas.rejections import parse_rejection
from emotionstream.schemas.settings.intake import IntakeSettings
from emotionstream.schemas.topics import Topic

READ: Final = (
    Topic.CHAT,
    Topic.RESULTS,
    Topic.INTERVENTIONS,
    Topic.OUTCOMES,
    Topic.CHAT_DLQ,
    Topic.RESULTS_DLQ,
)
"""The topics that are recorded."""

_EVENTS: Final[dict[Topic, type[EmotionResult] | type[Intervention] | type[InterventionOutcome]]] = {
    Topic.RESULTS: EmotionResult,
    Topic.INTERVENTIONS: Intervention,
    Topic.OUTCOMES: InterventionOutcome,
}
_DEAD_LETTERS: Final = (Topic.CHAT_DLQ, Topic.RESULTS_DLQ)
_STAGE: Final = "recorder"


def decode(topic: Topic, record: Record, intake: IntakeSettings) -> Kept | None:
    """What is kept of ``record``, or None: a mark of erasure, or a chat record that the worker rejects.

    Of a dead letter only the headers are looked at: its value is text. What should be an event and is none is a
    rejection by the recorder.
    """
    if topic in _DEAD_LETTERS:
        return parse_rejection(record.headers) or reject(
            record, (RejectionKind.MISSING_FIELD, "a dead letter without (valid) headers that say why"), _STAGE
        )
    if is_tombstone(record):
        return None
    if topic is Topic.CHAT:
        found = decode_chat(record, intake, _STAGE)
        return found if isinstance(found, ChatMessage) else None
    return _event(_EVENTS[topic], record)


def unkeepable(record: Record) -> Rejection:
    """What is kept of a record that the database refuses."""
    return reject(record, (RejectionKind.INVALID_FIELD, "the database cannot keep a value of this record"), _STAGE)


def _event(
    kind: type[EmotionResult] | type[Intervention] | type[InterventionOutcome], record: Record
) -> EmotionResult | Intervention | InterventionOutcome | Rejection:
    if not record.value:
        return reject(record, (RejectionKind.EMPTY_VALUE, "the value is empty"), _STAGE)
    try:
        return kind.model_validate_json(record.value)
    except ValidationError as error:
        why, reason = event_flaw(error)
        return reject(record, (why, f"not an {kind.__name__}: {reason}"), _STAGE)
