"""Events of a small lesson."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from emotionstream.schemas.affect import InterventionLevel, Pad, Readiness, ReadinessState, Trajectory, TrajectoryKind
from emotionstream.schemas.emotions import EMOTIONS
from emotionstream.schemas.events import ChatMessage, EmotionResult, Intervention, ModelInfo, Role
from emotionstream.schemas.position import SourcePosition, intervention_id, result_id

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MODEL = ModelInfo(name="compact", version="1", engine="test")


def position(offset: int) -> SourcePosition:
    return SourcePosition(topic="chat", partition=0, offset=offset, timestamp_ms=1_000 + offset)


@pytest.fixture
def chat() -> Callable[..., ChatMessage]:
    def make(number: int, role: Role = Role.LEARNER, user: str = "ann") -> ChatMessage:
        at = NOW + timedelta(minutes=number)
        return ChatMessage(
            message_id=f"m{number}", user_id=user, session_id="s", text=f"line {number}", sent_at=at, role=role
        )

    return make


@pytest.fixture
def result() -> Callable[..., EmotionResult]:
    def make(number: int, pleasure: float = 0.5, user: str = "ann") -> EmotionResult:
        source = position(number)
        return EmotionResult(
            result_id=result_id(source),
            message_id=f"m{number}",
            user_id=user,
            session_id="s",
            probabilities=(1.0, *(0.0 for _ in EMOTIONS[1:])),
            primary_emotion=EMOTIONS[0],
            confidence=1.0,
            pad=Pad(pleasure=pleasure, arousal=0.5, dominance=0.5),
            readiness=Readiness(score=0.5, state=ReadinessState.MODERATE),
            truncated=False,
            model=MODEL,
            source=source,
            sent_at=NOW + timedelta(minutes=number),
            scored_at=NOW + timedelta(minutes=number),
        )

    return make


@pytest.fixture
def intervention() -> Callable[..., Intervention]:
    def make(number: int, level: InterventionLevel = InterventionLevel.MILD, user: str = "ann") -> Intervention:
        source = position(number)
        return Intervention(
            intervention_id=UUID(str(intervention_id(user, source))),
            result_id=result_id(source),
            message_id=f"m{number}",
            user_id=user,
            session_id="s",
            level=level,
            previous_level=InterventionLevel.NONE,
            reasons=(),
            trajectory=Trajectory(kind=TrajectoryKind.DECLINING, slope=-0.1, points=3),
            ema=Pad(pleasure=0.2, arousal=0.5, dominance=0.3),
            level_probabilities=(0.0, 0.0, 1.0, 0.0, 0.0, 0.0),
            policy_version="1",
            model=MODEL,
            source=source,
            sent_at=NOW,
            scored_at=NOW,
        )

    return make
