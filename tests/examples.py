"""Examples of every event, for tests. Each takes fields to change."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from emotionstream.schemas.affect import (
    InterventionLevel,
    Pad,
    Readiness,
    ReadinessState,
    Trajectory,
    TrajectoryKind,
)
from emotionstream.schemas.emotions import EMOTIONS
from emotionstream.schemas.events import (
    ChatMessage,
    EmotionResult,
    Intervention,
    InterventionOutcome,
    ModelInfo,
    Reason,
    ReasonKind,
)
from emotionstream.schemas.position import SourcePosition, intervention_id, result_id

SENT_AT = datetime(2026, 3, 2, 10, 30, 0, 123000, tzinfo=UTC)
POSITION = SourcePosition(topic="chat.messages.v1", partition=1, offset=7, timestamp_ms=1_772_447_400_200)
MODEL = ModelInfo(name="compact", version="1", engine="test")


def chat_message(**changes: Any) -> ChatMessage:
    """A learner's message."""
    fields = {
        "message_id": "m-1",
        "user_id": "ada",
        "session_id": "s-1",
        "text": "I am lost",
        "sent_at": SENT_AT,
    }
    return ChatMessage(**{**fields, **changes})


def emotion_result(**changes: Any) -> EmotionResult:
    """The result of a learner's message: frustration 0.6, the rest spread evenly."""
    rest = (1 - 0.6) / (len(EMOTIONS) - 1)
    fields = {
        "result_id": result_id(POSITION),
        "message_id": "m-1",
        "user_id": "ada",
        "session_id": "s-1",
        "probabilities": tuple(0.6 if name == "frustration" else rest for name in EMOTIONS),
        "primary_emotion": "frustration",
        "confidence": 0.6,
        "pad": Pad(pleasure=0.25, arousal=0.7, dominance=0.3),
        "readiness": Readiness(score=0.3, state=ReadinessState.LOW),
        "truncated": False,
        "model": MODEL,
        "source": POSITION,
        "sent_at": SENT_AT,
        "scored_at": SENT_AT,
    }
    return EmotionResult(**{**fields, **changes})


def intervention(**changes: Any) -> Intervention:
    """An intervention of level moderate, with an id of its own unless one is given."""
    fields = {
        "intervention_id": uuid4(),
        "result_id": result_id(POSITION),
        "message_id": "m-1",
        "user_id": "ada",
        "session_id": "s-1",
        "level": InterventionLevel.MODERATE,
        "previous_level": InterventionLevel.NONE,
        "reasons": (
            Reason(what=ReasonKind.EMOTION, value=0.71, against=0.05, weight=1.2, emotion="frustration"),
            Reason(what=ReasonKind.PLEASURE, value=0.31, against=0.55, weight=0.4),
        ),
        "trajectory": Trajectory(kind=TrajectoryKind.DECLINING, slope=-0.05, points=5),
        "ema": Pad(pleasure=0.35, arousal=0.6, dominance=0.4),
        "level_probabilities": (0.05, 0.1, 0.2, 0.5, 0.1, 0.05),
        "policy_version": "1",
        "model": MODEL,
        "source": POSITION,
        "sent_at": SENT_AT,
        "scored_at": SENT_AT,
    }
    return Intervention(**{**fields, **changes})


def outcome(**changes: Any) -> InterventionOutcome:
    """A tutor's answer."""
    fields = {
        "outcome_id": UUID(int=1),
        "intervention_id": intervention_id("ada", POSITION),
        "user_id": "ada",
        "helped": "yes",
        "reported_by": "ms-lee",
        "reported_at": SENT_AT,
    }
    return InterventionOutcome(**{**fields, **changes})
