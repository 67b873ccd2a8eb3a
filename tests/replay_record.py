"""A record of lessons for tests of replay: what a fake model and a random policy made of them, as history gives it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from fake_scorer import score_of
from history_events import message, position
from state_policies import random_policy

from emotionstream.history.reader import SessionFilter
from emotionstream.history.session import Said, SessionSummary, Turn
from emotionstream.history.turns import Parts, turns
from emotionstream.inference.scoring import Score, ScoreRequest
from emotionstream.producers.replay import Fold, fits, replayed_result
from emotionstream.schemas.affect import InterventionLevel
from emotionstream.schemas.events import ChatMessage, ModelInfo, Rejection, Role
from emotionstream.schemas.position import SourcePosition, result_id
from emotionstream.schemas.settings.state import StateSettings
from emotionstream.state.learner import advance

LIVE = ModelInfo(name="fake", version="1", engine="test")
EAGER = StateSettings(minimum_level=InterventionLevel.PREVENTIVE, cooldown_seconds=3.0)
FOLD: Fold = partial(advance, policy=random_policy(), settings=EAGER)


class FakeEngine:
    """Scores as ``FakeScorer`` does, ``twist`` texts apart; ``asked`` holds the sizes of what it was asked."""

    def __init__(self, info: ModelInfo = LIVE, twist: str = "") -> None:
        self.info = info
        self.twist = twist
        self.asked: list[int] = []

    async def score(self, requests: Sequence[ScoreRequest]) -> list[Score]:
        """Scores in input order."""
        self.asked.append(len(requests))
        return [score_of(request.text + self.twist) for request in requests]


@dataclass
class Record:
    """A history in memory."""

    by_learner: dict[str, list[Turn]] = field(default_factory=dict)
    dropped: dict[str, int] = field(default_factory=dict)

    async def sessions(self, wanted: SessionFilter, limit: int | None = None) -> list[SessionSummary]:
        """One per learner and session with a message that fits."""
        found = {
            (turn.message.user_id, turn.message.session_id): turn.message.sent_at
            for kept in self.by_learner.values()
            for turn in kept
            if turn.message and fits(turn.message, wanted)
        }
        none = InterventionLevel.NONE
        return [SessionSummary(user, name, at, at, 1, 1, 1, 0, none) for (user, name), at in found.items()][:limit]

    async def turns(self, user_id: str, session_id: str | None = None, *, with_text: bool = True) -> list[Turn]:
        """All that a learner said."""
        assert session_id is None
        assert with_text
        return self.by_learner[user_id]

    async def truncated(self, user_id: str) -> int:
        """How many were dropped."""
        return self.dropped.get(user_id, 0)


def said(message: ChatMessage, where: SourcePosition) -> Said:
    """A chat message as history gives it back."""
    return Said(
        position=where,
        message_id=message.message_id,
        user_id=message.user_id,
        session_id=message.session_id,
        role=message.role,
        sent_at=message.sent_at,
        engagement=message.engagement,
        cognitive_load=message.cognitive_load,
        time_factor=message.time_factor,
        training_consent=message.training_consent,
        text=message.text,
    )


def lesson(user: str, sessions: Iterable[str], start: int = 0) -> list[Said]:
    """A message of ``user`` per item, in that session; every fifth is the tutor's."""
    return [
        said(message(offset, user, session, Role.TUTOR if offset % 5 == 4 else Role.LEARNER), position(offset))
        for offset, session in enumerate(sessions, start)
    ]


def recorded(messages: Sequence[Said], rejections: Sequence[Rejection] = (), fold: Fold = FOLD) -> list[Turn]:
    """What the live chain makes of one learner's messages, and the recorder of that."""
    refused = {result_id(rejection.source) for rejection in rejections}
    learner, results, interventions = None, [], []
    for item in messages:
        key = result_id(item.position)
        if item.role is not Role.LEARNER or key in refused:
            continue
        result = replayed_result(Turn(key, item.position, item), item, score_of(item.text or ""), LIVE)
        result = result.model_copy(update={"scored_at": item.sent_at + timedelta(milliseconds=41)})
        step = fold(learner, result)
        learner = step.learner
        results.append(result)
        interventions += [step.intervention] if step.intervention else []
    return turns(Parts(messages, results, interventions, rejections=rejections))
