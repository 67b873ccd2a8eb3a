"""One row of a replay: a message, what the model and the state make of it now, and whether that was so then. Pure."""

from dataclasses import dataclass
from typing import Any, Final

from emotionstream.history.session import Said, Turn
from emotionstream.schemas.events import EmotionResult, Intervention, Role
from emotionstream.state.learner import Step

REPLAYED: Final = "replayed"
CONTEXT: Final = "context"
REJECTED: Final = "rejected"
NO_TEXT: Final = "no_text"


@dataclass(frozen=True, slots=True)
class Sameness:
    """Whether the replay gives what was recorded; None where nothing was recorded or replayed."""

    result: bool | None = None
    state: bool | None = None
    intervention: bool | None = None

    @property
    def exact(self) -> bool | None:
        """All three."""
        if self.result is None:
            return None
        return bool(self.result and self.state and self.intervention)


@dataclass(frozen=True, slots=True)
class ReplayRow:
    """One message of the selection. ``step`` and ``result`` are None where the message was not replayed."""

    turn: Turn
    said: Said
    status: str
    result: EmotionResult | None
    step: Step | None
    same: Sameness
    history_truncated: bool


def status_of(turn: Turn, said: Said) -> str:
    """What the replay does with a message.

    ``replayed``: it is scored; ``context``: nobody scores a tutor; ``rejected``: it was not scored then either;
    ``no_text``: its text has expired, so that the recorded result stands in for it.
    """
    if said.role is not Role.LEARNER:
        return CONTEXT
    if turn.rejection is not None and turn.result is None:
        return REJECTED
    return REPLAYED if said.text is not None else NO_TEXT


def sameness(turn: Turn, mine: tuple[EmotionResult, Step], then: Step | None) -> Sameness:
    """Replayed result, state and intervention against the recorded ones, bit for bit.

    ``then`` is the step of the fold of recorded results: states are not recorded, they follow from results. The
    engine's fingerprint is left out: it is reported by itself.
    """
    result, step = mine
    if turn.result is None or then is None:
        return Sameness()
    return Sameness(
        result=_model_aside(result) == _model_aside(turn.result),
        state=step.learner == then.learner,
        intervention=_model_aside(step.intervention) == _model_aside(turn.intervention),
    )


def may_export(said: Said, with_text: bool, without_consent: bool) -> bool:
    """Whether a message's text may stand in the file: it was asked for, and consented to unless that is waived."""
    return with_text and (said.training_consent or without_consent)


def _model_aside(event: EmotionResult | Intervention | None) -> dict[str, Any] | None:
    return None if event is None else event.model_dump(exclude={"model"})
