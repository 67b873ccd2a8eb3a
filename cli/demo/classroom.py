"""The classroom that ships with the program: who wrote what, and when in the lesson."""

import json
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from emotionstream.schemas.events import Role

FILE: Final = "classroom.jsonl"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a session. ``t``: seconds from the session's start. ``learner``: whose session it is."""

    session: str
    learner: str
    subject: str
    t: float
    role: Role
    text: str
    engagement: float | None = None
    cognitive_load: float | None = None


def load_classroom() -> tuple[Line, ...]:
    """Every line, session by session, in the order it was written."""
    text = files("emotionstream.cli.demo").joinpath(FILE).read_text(encoding="utf-8")
    return tuple(_line(json.loads(row)) for row in text.splitlines())


def by_session(lines: tuple[Line, ...]) -> dict[str, tuple[Line, ...]]:
    """Session -> its lines, in the order of the first appearance."""
    grouped: dict[str, list[Line]] = {}
    for line in lines:
        grouped.setdefault(line.session, []).append(line)
    return {session: tuple(found) for session, found in grouped.items()}


def _line(row: dict[str, object]) -> Line:
    return Line(**{**row, "role": Role(str(row.get("role", Role.LEARNER)))})  # type: ignore[arg-type]  # our own file
