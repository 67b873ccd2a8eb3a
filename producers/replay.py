"""Recorded sessions through any model: what it would have said, and what would have followed."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from emotionstream.history.reader import SessionFilter
from emotionstream.history.session import Said, SessionSummary, Turn
from emotionstream.inference.answer import emotion_result, score_request
from emotionstream.inference.scoring import Score, ScoreRequest
from emotionstream.producers.replay_row import REPLAYED, ReplayRow, Sameness, sameness, status_of
from emotionstream.schemas.errors import ReplayError
from emotionstream.schemas.events import EmotionResult, ModelInfo
from emotionstream.schemas.settings.replay import ReplaySettings
from emotionstream.state.learner import Step
from emotionstream.state.snapshot import LearnerState

Fold = Callable[[LearnerState | None, EmotionResult], Step]
"""``state.learner.advance`` with its policy and settings."""


class Recorded(Protocol):
    """What is needed of the history."""

    async def sessions(self, wanted: SessionFilter, limit: int | None = None) -> list[SessionSummary]:
        """The sessions that fit."""

    async def turns(self, user_id: str, session_id: str | None = None, *, with_text: bool = True) -> list[Turn]:
        """What a learner said and what came of it, in order."""

    async def truncated(self, user_id: str) -> int:
        """How many of the learner's oldest results were dropped."""


class Scores(Protocol):
    """What is needed of an engine."""

    @property
    def info(self) -> ModelInfo:
        """Which model, and on what kind of machine."""

    async def score(self, requests: Sequence[ScoreRequest]) -> list[Score]:
        """Scores in input order."""


async def learners(history: Recorded, wanted: SessionFilter) -> list[str]:
    """The ids of the learners with messages that ``wanted`` selects, in order.

    Raises:
        ReplayError: nothing that is recorded fits.
    """
    found = sorted({session.user_id for session in await history.sessions(wanted)})
    if not found:
        raise ReplayError("nothing that is recorded fits: `emotionstream sessions list` shows what there is")
    return found


@dataclass(frozen=True, slots=True)
class Replayer:
    """Runs recorded messages through ``engine`` and ``fold``."""

    history: Recorded
    engine: Scores
    fold: Fold
    settings: ReplaySettings

    async def rows(self, wanted: SessionFilter) -> AsyncIterator[ReplayRow]:
        """One row per message that ``wanted`` selects, learner by learner, each in order.

        A state depends on all that a learner said before: what is not selected is folded in as it was recorded.

        Raises:
            ReplayError: nothing that is recorded fits.
        """
        for learner in await learners(self.history, wanted):
            for row in await self._learner(learner, wanted):
                yield row

    async def _learner(self, user_id: str, wanted: SessionFilter) -> list[ReplayRow]:
        turns = await self.history.turns(user_id)
        truncated = await self.history.truncated(user_id) > 0
        chosen = {turn.result_id: turn.message for turn in turns if turn.message and fits(turn.message, wanted)}
        return list(replay_turns(turns, chosen, await self._results(turns, chosen), self.fold, truncated))

    async def _results(self, turns: Sequence[Turn], chosen: Mapping[UUID, Said]) -> dict[UUID, EmotionResult]:
        """What the engine says of the chosen messages that are scored at all."""
        asked = [
            (turn, said)
            for turn in turns
            if (said := chosen.get(turn.result_id)) is not None and status_of(turn, said) == REPLAYED
        ]
        results: dict[UUID, EmotionResult] = {}
        for start in range(0, len(asked), self.settings.chunk_messages):
            chunk = asked[start : start + self.settings.chunk_messages]
            scores = await self.engine.score([score_request(said) for _, said in chunk])
            for (turn, said), score in zip(chunk, scores, strict=True):
                results[turn.result_id] = replayed_result(turn, said, score, self.engine.info)
        return results


def replay_turns(
    turns: Sequence[Turn],
    chosen: Mapping[UUID, Said],
    results: Mapping[UUID, EmotionResult],
    fold: Fold,
    truncated: bool,
) -> Iterator[ReplayRow]:
    """Two folds side by side, of recorded and of replayed results; a row for each chosen message. Pure.

    A message without a replayed result is folded in as it was recorded. With ``truncated`` the folds start later
    than the learner did, so that the first states differ from those that were.
    """
    then = now = None
    for turn in turns:
        mine = results.get(turn.result_id)
        folded = mine or turn.result
        past = fold(then, turn.result) if turn.result else None
        step = fold(now, folded) if folded else None
        then = past.learner if past else then
        now = step.learner if step else now
        if (said := chosen.get(turn.result_id)) is not None:
            same = sameness(turn, (mine, step), past) if mine and step else Sameness()
            yield ReplayRow(turn, said, status_of(turn, said), mine, step if mine else None, same, truncated)


def fits(said: Said, wanted: SessionFilter) -> bool:
    """Whether ``wanted`` selects a message; the same as the history's query does."""
    return (
        (wanted.since is None or said.sent_at >= wanted.since)
        and (wanted.until is None or said.sent_at < wanted.until)
        and wanted.user_id in (None, said.user_id)
        and wanted.session_id in (None, said.session_id)
    )


def replayed_result(turn: Turn, said: Said, score: Score, model: ModelInfo) -> EmotionResult:
    """The result that the worker would have given. Its time is the recorded one, else when the message came in."""
    scored_at = turn.result.scored_at if turn.result else said.position.time
    return emotion_result(said, said.position, score, model, scored_at)
