"""Events for tests of the history, the recorder and replay: awkward floats, all fields set."""

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from emotionstream.history.entry import Entry
from emotionstream.schemas.affect import (
    LEVELS,
    READINESS_STATES,
    InterventionLevel,
    Pad,
    Readiness,
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
    Rejection,
    RejectionKind,
    Role,
)
from emotionstream.schemas.position import NAMESPACE, SourcePosition, intervention_id, rejection_id, result_id

START = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)
MODEL = ModelInfo(name="compact", version="1", engine="openvino/2026.1/int8/avx512_vnni")


def position(offset: int, *, topic: str = "chat.messages.v1", log: int = 0, partition: int = 0) -> SourcePosition:
    """A record, a second after the one before. ``log`` > 0: of a topic made anew a day later."""
    millis = int((START + timedelta(days=log, seconds=offset)).timestamp() * 1000)
    return SourcePosition(topic=topic, partition=partition, offset=offset, timestamp_ms=millis)


def message(
    offset: int, user: str = "ada", session: str = "s1", role: Role = Role.LEARNER, text: str | None = None
) -> ChatMessage:
    """What ``user`` said at ``offset``."""
    return ChatMessage(
        message_id=f"m-{user}-{offset}",
        user_id=user,
        session_id=session,
        text=text if text is not None else f"«{offset}» 💡 I'm stuck\tagain \\. \\N",
        sent_at=START + timedelta(seconds=offset),
        role=role,
        engagement=0.1 + 0.2 if offset % 2 else None,
        cognitive_load=1 / 3,
        training_consent=offset % 2 == 0,
    )


def result(said: ChatMessage, where: SourcePosition) -> EmotionResult:
    """A result whose floats need all their bits."""
    rng = random.Random(where.offset)
    shares = [rng.random() for _ in EMOTIONS]
    return EmotionResult(
        result_id=result_id(where),
        message_id=said.message_id,
        user_id=said.user_id,
        session_id=said.session_id,
        probabilities=tuple(share / sum(shares) for share in shares),
        primary_emotion=EMOTIONS[where.offset % len(EMOTIONS)],
        confidence=rng.random(),
        pad=Pad(pleasure=rng.random(), arousal=5e-324, dominance=1.0),
        readiness=Readiness(score=rng.random(), state=READINESS_STATES[where.offset % len(READINESS_STATES)]),
        truncated=where.offset % 2 == 1,
        engagement=said.engagement,
        cognitive_load=said.cognitive_load,
        model=MODEL,
        source=where,
        sent_at=said.sent_at,
        scored_at=said.sent_at + timedelta(microseconds=1_234_567),
    )


def intervention(of: EmotionResult, level: InterventionLevel = InterventionLevel.MODERATE) -> Intervention:
    """An intervention raised by ``of``."""
    rng = random.Random(of.source.offset + 1)
    return Intervention(
        intervention_id=intervention_id(of.user_id, of.source),
        result_id=of.result_id,
        message_id=of.message_id,
        user_id=of.user_id,
        session_id=of.session_id,
        level=level,
        previous_level=LEVELS[0],
        reasons=(
            Reason(what=ReasonKind.EMOTION, value=rng.random(), against=1e-17, weight=0.1 + 0.2, emotion="confusion"),
            Reason(what=ReasonKind.PLEASURE_TREND, value=-0.0, against=-1 / 3, weight=1e300),
        ),
        trajectory=Trajectory(kind=TrajectoryKind.DECLINING, slope=-1 / 7, points=3),
        ema=Pad(pleasure=rng.random(), arousal=rng.random(), dominance=rng.random()),
        level_probabilities=tuple(rng.random() for _ in LEVELS),
        policy_version="p1",
        model=MODEL,
        source=of.source,
        sent_at=of.sent_at,
        scored_at=of.scored_at,
    )


def outcome(of: Intervention, by: str = "tutor-1") -> InterventionOutcome:
    """A tutor's answer to ``of``."""
    return InterventionOutcome(
        outcome_id=uuid5(NAMESPACE, f"{of.intervention_id}:{by}"),
        intervention_id=of.intervention_id,
        user_id=of.user_id,
        helped="yes",
        corrected_emotion="anxiety",
        corrected_level=InterventionLevel.MILD,
        reported_by=by,
        reported_at=of.scored_at + timedelta(minutes=2),
    )


def rejection(where: SourcePosition, reason: str = "text: cannot be scored") -> Rejection:
    """A rejection of the record at ``where`` by the worker."""
    return Rejection(
        rejection_id=rejection_id(where, "worker"),
        source=where,
        stage="worker",
        kind=RejectionKind.UNSCORABLE,
        reason=reason,
        rejected_at=START + timedelta(seconds=where.offset + 1),
    )


def carried(event: EmotionResult | Intervention | InterventionOutcome | Rejection, offset: int) -> Entry:
    """``event`` as read from its own topic."""
    return Entry(position(offset, topic="other"), event)


def said_and_scored(offset: int, user: str = "ada", session: str = "s1", log: int = 0) -> list[Entry]:
    """A learner's message and its result."""
    where = position(offset, log=log, partition=int(user != "ada"))
    said = message(offset, user, session)
    return [Entry(where, said), carried(result(said, where), offset)]


def no_id() -> UUID:
    """An id that nothing has."""
    return uuid5(NAMESPACE, "nothing")
