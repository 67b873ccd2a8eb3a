"""A past session, read back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from emotionstream.schemas.affect import InterventionLevel
from emotionstream.schemas.events import EmotionResult, Intervention, InterventionOutcome, Rejection, Role
from emotionstream.schemas.position import SourcePosition


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """One learner's session in a list. ``top_level`` is the highest level raised in it."""

    user_id: str
    session_id: str
    started_at: datetime
    ended_at: datetime
    messages: int
    learner_messages: int
    results: int
    interventions: int
    top_level: InterventionLevel


@dataclass(frozen=True, slots=True)
class Said:
    """A chat message as it was recorded. ``text`` is None where it was not asked for or has expired."""

    position: SourcePosition
    message_id: str
    user_id: str
    session_id: str
    role: Role
    sent_at: datetime
    engagement: float | None
    cognitive_load: float | None
    time_factor: float | None
    training_consent: bool
    text: str | None


@dataclass(frozen=True, slots=True)
class Turn:
    """One chat record and all that came of it.

    ``message`` is None where only the result is known: the message was not recorded (yet).
    ``rejection`` says why there is no result.
    """

    result_id: UUID
    position: SourcePosition
    message: Said | None = None
    result: EmotionResult | None = None
    intervention: Intervention | None = None
    outcomes: tuple[InterventionOutcome, ...] = ()
    rejection: Rejection | None = None

    def is_named_by(self, outcome: InterventionOutcome) -> bool:
        """Whether ``outcome`` names this learner: it is found by the intervention's id, and may name another."""
        return self.intervention is not None and outcome.user_id == self.intervention.user_id

    @property
    def answer(self) -> InterventionOutcome | None:
        """The latest answer that names this learner."""
        return next(filter(self.is_named_by, reversed(self.outcomes)), None)
