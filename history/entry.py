"""What is written: an event, and where the record that carried it stands."""

from dataclasses import dataclass

from emotionstream.schemas.events import ChatMessage, EmotionResult, Intervention, InterventionOutcome, Rejection
from emotionstream.schemas.position import SourcePosition

Kept = ChatMessage | EmotionResult | Intervention | InterventionOutcome | Rejection
"""Every kind of event that the history keeps."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One record to keep. ``position`` is the carrying record's own; a chat message's id follows from it."""

    position: SourcePosition
    event: Kept
