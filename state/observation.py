"""A result folded into a learner's state, before anything is decided."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2s
from typing import Final

from emotionstream.schemas.events import EmotionResult
from emotionstream.schemas.settings.state import MS_PER_SECOND, SESSION_DIGEST_BYTES, StateSettings
from emotionstream.state.ema import PadTuple, baseline_weight, decayed, mix
from emotionstream.state.snapshot import Folded, LearnerState, Session
from emotionstream.state.source_log import is_new_log, moved_to
from emotionstream.state.trajectory import Point

_EPOCH: Final = datetime.fromtimestamp(0, UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Observation:
    """A result folded in, before anything is decided."""

    learner: LearnerState
    late: bool
    new_log: bool


def observe(learner: LearnerState | None, result: EmotionResult, settings: StateSettings) -> Observation:
    """``learner`` with ``result`` folded in; nothing decided yet. Features are read from what this returns."""
    sent_ms = milliseconds(result.sent_at)
    if learner is None:
        return Observation(_first(result, sent_ms, settings), late=False, new_log=False)
    now_ms = max(sent_ms, learner.last_ms)
    elapsed_ms = now_ms - learner.last_ms
    count = learner.results + 1
    pad = result.pad.as_tuple()
    drifted = decayed(learner.ema, learner.baseline, elapsed_ms / MS_PER_SECOND, settings.ema_half_life_seconds)
    updated = LearnerState(
        results=count,
        last_ms=now_ms,
        ema=_rounded(mix(drifted, pad, settings.ema_alpha), settings),
        baseline=_rounded(mix(learner.baseline, pad, baseline_weight(count, settings)), settings),
        points=_points(learner.points, elapsed_ms, pad, settings),
        session=_session(learner.session, result.session_id, now_ms),
        intervention=learner.intervention,
        folded=moved_to(learner.folded, result.source),
    )
    return Observation(updated, late=sent_ms < learner.last_ms, new_log=is_new_log(learner.folded, result.source))


def milliseconds(time: datetime) -> int:
    """Milliseconds since 1970, UTC."""
    return (time - _EPOCH) // _MILLISECOND


def _first(result: EmotionResult, sent_ms: int, settings: StateSettings) -> LearnerState:
    # A learner never heard of is one who has been silent for ever: the average starts at the baseline.
    pad = result.pad.as_tuple()
    return LearnerState(
        results=1,
        last_ms=sent_ms,
        ema=_rounded(mix(settings.baseline, pad, settings.ema_alpha), settings),
        baseline=_rounded(mix(settings.baseline, pad, baseline_weight(1, settings)), settings),
        points=_points((), 0, pad, settings),
        session=Session(_digest(result.session_id), sent_ms, 1),
        intervention=None,
        folded=Folded(result.source.partition, result.source.offset, result.source.timestamp_ms),
    )


def _points(points: tuple[Point, ...], elapsed_ms: int, pad: PadTuple, settings: StateSettings) -> tuple[Point, ...]:
    aged = tuple((age + elapsed_ms, pleasure) for age, pleasure in points)
    newest = (0, round(pad[0], settings.decimals))
    return (*aged, newest)[-settings.trajectory_points :]


def _session(session: Session, session_id: str, now_ms: int) -> Session:
    digest = _digest(session_id)
    if digest != session.digest:
        return Session(digest, now_ms, 1)
    return replace(session, results=session.results + 1)


def _digest(session_id: str) -> str:
    return blake2s(session_id.encode(), digest_size=SESSION_DIGEST_BYTES).hexdigest()


def _rounded(pad: PadTuple, settings: StateSettings) -> PadTuple:
    pleasure, arousal, dominance = (round(value, settings.decimals) for value in pad)
    return (pleasure, arousal, dominance)
