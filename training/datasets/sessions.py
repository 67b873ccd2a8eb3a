"""Sessions of the learner corpus: messages in order, with readiness and what a tutor would do."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emotionstream.schemas.affect import InterventionLevel, ReadinessState
from emotionstream.schemas.emotions import EMOTION_INDEX
from emotionstream.training.datasets.example import Triple, indices
from emotionstream.training.datasets.learner_rows import check_session_message
from emotionstream.training.datasets.places import LEARNER, locate
from emotionstream.training.datasets.table import Table, json_lines

SESSION_FILES = ("sessions", "sessions_2")


@dataclass(frozen=True, slots=True)
class SessionMessage:
    """One learner message. ``seconds`` count from the session's start; engagement and load may be unknown.

    The corpus records no ``time_factor``: `contexts.views` gives one to copies.
    """

    text: str
    seconds: float
    emotion: int
    also: frozenset[int]
    pad: Triple
    engagement: float | None
    cognitive_load: float | None
    readiness: ReadinessState
    level: InterventionLevel
    second_readiness: ReadinessState | None
    second_level: InterventionLevel | None
    helped: str | None
    time_factor: float | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A session's learner messages in order."""

    name: str
    messages: tuple[SessionMessage, ...]


def read_sessions(folder: Path) -> list[Session]:
    """All sessions, in file order.

    Raises:
        DataError: a file is missing or broken, or a line is not as `docs/data.md` asks. The message names the line.
    """
    return [session for name in SESSION_FILES for session in _read(locate(folder, LEARNER, f"{name}.jsonl"))]


def _read(path: Path) -> list[Session]:
    rows: dict[str, list[SessionMessage]] = {}
    for name, message in Table(json_lines, _message).read(path):
        rows.setdefault(name, []).append(message)
    return [Session(name, tuple(sorted(m, key=lambda message: message.seconds))) for name, m in rows.items()]


def _message(row: dict[str, Any]) -> tuple[str, SessionMessage]:
    text = check_session_message(row)
    reader = row.get("reader") or {}
    pleasure, arousal, dominance = row["pad"]
    return str(row["session"]), SessionMessage(
        text=text,
        seconds=float(row["t"]),
        emotion=EMOTION_INDEX[row["emotion"]],
        also=indices(row["also"]),
        pad=(float(pleasure), float(arousal), float(dominance)),
        engagement=row["engagement"],
        cognitive_load=row["cognitive_load"],
        readiness=ReadinessState(row["readiness"]),
        level=InterventionLevel(row["intervention"]),
        second_readiness=ReadinessState(reader["readiness"]) if "readiness" in reader else None,
        second_level=InterventionLevel(reader["intervention"]) if "intervention" in reader else None,
        helped=row.get("helped"),
    )
