"""What is remembered of one learner: the value of the Faust table, under ``STATE_MAX_BYTES`` of JSON."""

from dataclasses import dataclass
from typing import Any, Final, Self

from pydantic_core import from_json, to_json

from emotionstream.schemas.affect import LEVELS, InterventionLevel, Pad
from emotionstream.state.ema import PadTuple
from emotionstream.state.trajectory import Point

FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class LastIntervention:
    """The learner's last intervention: its level's rank, and its time in ms since 1970 (UTC)."""

    rank: int
    time_ms: int

    @property
    def level(self) -> InterventionLevel:
        """Its level."""
        return LEVELS[self.rank]


@dataclass(frozen=True, slots=True)
class Session:
    """The session that the last result belongs to: a digest of its id, its first time (ms), its results so far."""

    digest: str
    started_ms: int
    results: int


@dataclass(frozen=True, slots=True)
class Folded:
    """Position in the chat topic of the last result folded in.

    ``timestamp_ms`` is the latest seen so far; ``before_ms`` the latest of the log before this one, where the topic
    was made anew, else -1.
    """

    partition: int
    offset: int
    timestamp_ms: int
    before_ms: int = -1


@dataclass(frozen=True, slots=True)
class LearnerState:
    """One learner, after the last result.

    ``points`` are oldest first, at most ``trajectory_points`` of them; ``last_ms`` is the latest ``sent_at``.
    """

    results: int
    last_ms: int
    ema: PadTuple
    baseline: PadTuple
    points: tuple[Point, ...]
    session: Session
    intervention: LastIntervention | None
    folded: Folded

    @property
    def ema_pad(self) -> Pad:
        """The moving average as a PAD."""
        pleasure, arousal, dominance = self.ema
        return Pad(pleasure=pleasure, arousal=arousal, dominance=dominance)

    def to_json(self) -> bytes:
        """Compact JSON: an array, since names would be half of it."""
        session, last, folded = self.session, self.intervention, self.folded
        fields = (
            FORMAT,
            self.results,
            self.last_ms,
            self.ema,
            self.baseline,
            self.points,
            (session.digest, session.started_ms, session.results),
            None if last is None else (last.rank, last.time_ms),
            (folded.partition, folded.offset, folded.timestamp_ms, folded.before_ms),
        )
        return to_json(fields)

    @classmethod
    def from_json(cls, value: bytes) -> Self:
        """The state that ``to_json`` wrote.

        Raises:
            ValueError: it is of another format: the changelog was written by another version.
        """
        fields: list[Any] = from_json(value)
        form, results, last_ms, ema, baseline, points, session, intervention, folded = fields
        if form != FORMAT:
            raise ValueError(f"learner state has format {form}, this version reads {FORMAT}")
        return cls(
            results=results,
            last_ms=last_ms,
            ema=_pad(ema),
            baseline=_pad(baseline),
            points=tuple((age, pleasure) for age, pleasure in points),
            session=Session(*session),
            intervention=None if intervention is None else LastIntervention(*intervention),
            folded=Folded(*folded),
        )


def _pad(values: list[float]) -> PadTuple:
    pleasure, arousal, dominance = values
    return (pleasure, arousal, dominance)
