"""What the screen shows: one row a learner, and the latest interventions. No terminal here."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from emotionstream.cli.demo.lesson import Seat
from emotionstream.schemas.affect import InterventionLevel, Pad, Trajectory
from emotionstream.schemas.events import ChatMessage, EmotionResult, Intervention, Role
from emotionstream.schemas.settings.state import StateSettings
from emotionstream.state.trajectory import trajectory


@dataclass(slots=True)
class Row:
    """One learner. ``heard`` orders rows by the last sign of life; times of ``points`` are the messages' own."""

    seat: Seat
    text: str = ""
    tutor: str = ""
    emotion: str = ""
    confidence: float = 0.0
    pad: Pad | None = None
    trend: Trajectory | None = None
    level: InterventionLevel = InterventionLevel.NONE
    heard: int = 0
    points: list[tuple[datetime, float]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Raised:
    """An intervention in words."""

    name: str
    level: InterventionLevel
    words: tuple[str, ...]


@dataclass(slots=True)
class Board:
    """Rows by user id. At most ``capacity`` are shown: a learner who speaks takes the row that was silent longest."""

    seats: dict[str, Seat]
    capacity: int
    interventions_shown: int
    state: StateSettings
    rows: dict[str, Row] = field(default_factory=dict)
    shown: list[str] = field(default_factory=list)
    latest: deque[Raised] = field(default_factory=deque)
    steps: int = 0

    def said(self, message: ChatMessage) -> None:
        """A message was sent."""
        row = self._row(message.user_id)
        if message.role is Role.LEARNER:
            row.text, row.tutor = message.text, ""
        else:
            row.tutor = message.text

    def scored(self, result: EmotionResult) -> None:
        """A result was read: the row's emotion, PAD and trend."""
        row = self._row(result.user_id)
        row.emotion, row.confidence, row.pad = result.primary_emotion, result.confidence, result.pad
        row.points.append((result.sent_at, result.pad.pleasure))
        row.trend = self._trend(row)

    def raised(self, intervention: Intervention, words: tuple[str, ...]) -> Raised:
        """An intervention was read; ``words`` are its reasons."""
        row = self._row(intervention.user_id)
        row.level = intervention.level
        raised = Raised(row.seat.name, intervention.level, words)
        self.latest.append(raised)
        while len(self.latest) > self.interventions_shown:
            self.latest.popleft()
        return raised

    def _trend(self, row: Row) -> Trajectory:
        """The state stage's own trajectory over the row's results."""
        last = row.points[-1][0]
        millisecond = timedelta(milliseconds=1)
        points = [(max(0, (last - at) // millisecond), pleasure) for at, pleasure in row.points]
        return trajectory(points, self.state)

    def _row(self, user: str) -> Row:
        row = self.rows.setdefault(user, Row(self.seats[user]))
        self.steps += 1
        row.heard = self.steps
        if user not in self.shown:
            self._show(user)
        return row

    def _show(self, user: str) -> None:
        if len(self.shown) < self.capacity:
            self.shown.append(user)
            return
        quietest = min(self.shown, key=lambda other: self.rows[other].heard)
        self.shown[self.shown.index(quietest)] = user
