"""A lesson: the classroom's lines as chat messages, in the order in which they are sent. Pure."""

import heapq
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from emotionstream.cli.demo.classroom import Line, by_session
from emotionstream.schemas.events import ChatMessage, Role


@dataclass(frozen=True, slots=True)
class Seat:
    """A learner of the lesson: the name on the screen and what the learner works on."""

    name: str
    subject: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """Messages in the order of sending; ``seats`` by user id; ``run`` sets its ids apart from other runs'."""

    run: str
    messages: tuple[ChatMessage, ...]
    seats: dict[str, Seat]

    @property
    def learner_messages(self) -> int:
        """How many messages are to be scored."""
        return sum(message.role is Role.LEARNER for message in self.messages)

    @property
    def sessions(self) -> tuple[str, ...]:
        """The ids of its sessions."""
        return tuple(dict.fromkeys(message.session_id for message in self.messages))


def plan_lesson(lines: tuple[Line, ...], *, run: str, now: datetime, learners_at_once: int) -> Lesson:
    """The lesson in which ``learners_at_once`` sessions run side by side, each in its own rhythm.

    ``sent_at`` keeps the session's rhythm, whatever the speed of sending: each session is moved back in time so that
    its last message is of ``now``. Trends over elapsed time and pauses between interventions then mean what they
    would in a real lesson.
    """
    sessions = by_session(lines)
    messages = {name: _messages(name, found, run, now) for name, found in sessions.items()}
    order = (messages[name][index] for name, index in _order(sessions, learners_at_once))
    seats = {messages[name][0].user_id: Seat(found[0].learner, found[0].subject) for name, found in sessions.items()}
    return Lesson(run, tuple(order), seats)


def user_id(learner: str, session: str, run: str) -> str:
    """A pseudonym that is unique to the session and the run: ``mira-a01-7f3c``."""
    plain = unicodedata.normalize("NFKD", learner).encode("ascii", "ignore").decode()
    return f"{plain.lower().replace(' ', '-')}-{session}-{run}"


def _messages(session: str, lines: tuple[Line, ...], run: str, now: datetime) -> tuple[ChatMessage, ...]:
    last = max(line.t for line in lines)
    return tuple(
        ChatMessage(
            message_id=f"{session}-{number}-{run}",
            user_id=user_id(line.learner, session, run),
            session_id=f"{session}-{run}",
            text=line.text,
            sent_at=now - timedelta(seconds=last - line.t),
            role=line.role,
            engagement=line.engagement,
            cognitive_load=line.cognitive_load,
        )
        for number, line in enumerate(lines, start=1)
    )


def _order(sessions: dict[str, tuple[Line, ...]], at_once: int) -> Iterator[tuple[str, int]]:
    """(session, line number) in the order of sending.

    A session takes the first seat that is free and keeps it for as many beats as it has lines. Its lines fall on
    those beats by their own times, so that a pause stays a pause.
    """
    free = [0.0] * at_once
    beats: list[tuple[float, str, int]] = []
    for name, lines in sessions.items():
        start = heapq.heappop(free)
        heapq.heappush(free, start + len(lines))
        span = (lines[-1].t - lines[0].t) or 1.0
        beats += [
            (start + (line.t - lines[0].t) / span * (len(lines) - 1), name, number) for number, line in enumerate(lines)
        ]
    return ((name, number) for _, name, number in sorted(beats))
