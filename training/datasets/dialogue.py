"""Conversations of data sets, turn by turn."""

from dataclasses import dataclass

from emotionstream.schemas.events import Role


@dataclass(frozen=True, slots=True)
class Turn:
    """What one person said. ``seconds`` count within the lesson, None where no time is known.

    ``moves`` are what the source says that the turn does, in its own words; empty where it does not say.
    """

    role: Role
    text: str
    seconds: float | None = None
    moves: tuple[str, ...] = ()
