"""What a model says of the messages of the sessions, as the stream would have said it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from emotionstream.schemas.affect import Pad, Readiness
from emotionstream.schemas.emotions import EMOTIONS
from emotionstream.schemas.events import EmotionResult, ModelInfo
from emotionstream.schemas.position import SourcePosition, result_id
from emotionstream.training.datasets.sessions import Session, SessionMessage
from emotionstream.training.figures import softmax
from emotionstream.training.rows import TextEncoder
from emotionstream.training.scoring import Outputs, Predict, score

Floats = NDArray[np.float64]
_START = datetime(2026, 1, 5, 9, tzinfo=UTC)
_DECIMALS = 6
_MODEL = ModelInfo(name="training", version="training", engine="training")


@dataclass(frozen=True, slots=True)
class SessionReadings:
    """Sessions with the model's outputs, message by message, in one row order."""

    sessions: tuple[Session, ...]
    outputs: Outputs
    temperature: float
    starts: tuple[int, ...]

    @property
    def messages(self) -> list[SessionMessage]:
        """All messages, in row order."""
        return [message for session in self.sessions for message in session.messages]

    def rows(self, sessions: Sequence[int]) -> list[int]:
        """Rows of the named sessions."""
        return [row for i in sessions for row in range(self.starts[i], self.starts[i] + len(self.sessions[i].messages))]

    def results(self, session: int) -> list[EmotionResult]:
        """The results that the stream would have published for one session."""
        first = self.starts[session]
        probabilities = softmax(self.outputs.emotion_logits, self.temperature)
        return [
            self._result(session, offset, first + offset, probabilities[first + offset])
            for offset in range(len(self.sessions[session].messages))
        ]

    def _result(self, session: int, offset: int, row: int, probabilities: Floats) -> EmotionResult:
        name = self.sessions[session].name
        message = self.sessions[session].messages[offset]
        sent = _START + timedelta(seconds=message.seconds)
        source = SourcePosition(
            topic="t", partition=session, offset=offset, timestamp_ms=round(sent.timestamp() * 1000)
        )
        pleasure, arousal, dominance = (round(float(v), _DECIMALS) for v in self.outputs.pad[row])
        return EmotionResult(
            result_id=result_id(source),
            message_id=f"{name}-{offset}",
            user_id=name,
            session_id=name,
            probabilities=tuple(round(float(p), _DECIMALS) for p in probabilities),
            primary_emotion=EMOTIONS[int(probabilities.argmax())],
            confidence=round(float(probabilities.max()), _DECIMALS),
            pad=Pad(pleasure=pleasure, arousal=arousal, dominance=dominance),
            readiness=Readiness.of(round(float(self.outputs.readiness_score[row]), _DECIMALS)),
            truncated=False,
            engagement=message.engagement,
            cognitive_load=message.cognitive_load,
            time_factor=message.time_factor,
            model=_MODEL,
            source=source,
            sent_at=sent,
            scored_at=sent,
        )


def read(sessions: Sequence[Session], predict: Predict, encoder: TextEncoder, temperature: float) -> SessionReadings:
    """Score every message of ``sessions`` with what is known of its context."""
    messages = [message for session in sessions for message in session.messages]
    outputs = score(predict, encoder, [message.text for message in messages], context(messages))
    ends = np.cumsum([len(session.messages) for session in sessions])
    starts = tuple(int(end) - len(session.messages) for end, session in zip(ends, sessions, strict=True))
    return SessionReadings(tuple(sessions), outputs, temperature, starts)


def context(messages: Sequence[SessionMessage]) -> Tensor:
    """Context [messages, 6]: engagement, cognitive load and the session's time, each 0 where it is not known."""
    rows = [
        (
            message.engagement or 0.0,
            message.cognitive_load or 0.0,
            message.time_factor or 0.0,
            float(message.engagement is not None),
            float(message.cognitive_load is not None),
            float(message.time_factor is not None),
        )
        for message in messages
    ]
    return torch.tensor(rows, dtype=torch.float32)
