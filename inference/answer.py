"""What the model is asked about a chat message, and the result that its score becomes. Worker and replay share it."""

from datetime import datetime
from typing import Protocol

from emotionstream.inference.scoring import Score, ScoreRequest
from emotionstream.schemas.events import EmotionResult, ModelInfo
from emotionstream.schemas.position import SourcePosition, result_id


class Message(Protocol):
    """A learner's message, as it came in or as it was recorded."""

    @property
    def message_id(self) -> str:
        """The publisher's id."""

    @property
    def user_id(self) -> str:
        """The learner."""

    @property
    def session_id(self) -> str:
        """The session."""

    @property
    def text(self) -> str | None:
        """What was said; None where it is not kept any more."""

    @property
    def sent_at(self) -> datetime:
        """When it was written."""

    @property
    def engagement(self) -> float | None:
        """In [0, 1], or None: unknown."""

    @property
    def cognitive_load(self) -> float | None:
        """In [0, 1], or None: unknown."""

    @property
    def time_factor(self) -> float | None:
        """In [0, 1], or None: unknown."""


def score_request(message: Message) -> ScoreRequest:
    """What the model is asked about ``message``."""
    return ScoreRequest(
        text=message.text or "",
        engagement=message.engagement,
        cognitive_load=message.cognitive_load,
        time_factor=message.time_factor,
    )


def emotion_result(
    message: Message, position: SourcePosition, score: Score, model: ModelInfo, scored_at: datetime
) -> EmotionResult:
    """What ``model`` says of ``message``, which stands at ``position``; its id is one that a repeat gets again."""
    return EmotionResult(
        result_id=result_id(position),
        message_id=message.message_id,
        user_id=message.user_id,
        session_id=message.session_id,
        probabilities=score.probabilities,
        primary_emotion=score.primary_emotion,
        confidence=score.confidence,
        pad=score.pad,
        readiness=score.readiness,
        truncated=score.truncated,
        engagement=message.engagement,
        cognitive_load=message.cognitive_load,
        time_factor=message.time_factor,
        model=model,
        source=position,
        sent_at=message.sent_at,
        scored_at=scored_at,
    )
