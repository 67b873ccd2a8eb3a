"""What ``emotionstream publish`` says: a line per message where asked, and a summary."""

import json
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import typer

from emotionstream.cli.follow import CameBack
from emotionstream.cli.plain import plain
from emotionstream.producers.chat import Published
from emotionstream.schemas.events import EmotionResult, Rejection


@dataclass(slots=True)
class Tally:
    """What happened so far. ``bad`` lines were not sent, ``failed`` ones not acknowledged.

    ``results``, ``rejected`` and ``unanswered`` count what came back, when it is followed.
    """

    published: int = 0
    bad: int = 0
    failed: int = 0
    results: int = 0
    rejected: int = 0
    unanswered: int = 0

    @property
    def clean(self) -> bool:
        """Whether everything went well."""
        return not (self.bad or self.failed or self.rejected or self.unanswered)


class Report(Protocol):
    """Where the outcome of each message is told."""

    def bad_line(self, line: int, why: str) -> None:
        """A line was not sent or not acknowledged."""

    def published(self, line: int, published: Published) -> None:
        """A message is in Kafka."""

    def came_back(self, back: CameBack) -> None:
        """A result or a rejection came back, or nothing did in time."""

    def summary(self, tally: Tally, seconds: float) -> None:
        """The end."""


class PlainReport:
    """For a person: bad lines on standard error, what comes back and the summary on standard output."""

    def __init__(self, show_positions: bool) -> None:
        self._show_positions = show_positions

    def bad_line(self, line: int, why: str) -> None:
        """``line 3: text: is missing``."""
        typer.echo(f"line {line}: {why}", err=True)

    def published(self, line: int, published: Published) -> None:
        """Only where positions are asked for."""
        if self._show_positions:
            typer.echo(f"line {line}: {published.position}")

    def came_back(self, back: CameBack) -> None:
        """One line; never text."""
        typer.echo(f"line {back.sent.line}  {plain(back.sent.user_id)}  {_in_words(back)}")

    def summary(self, tally: Tally, seconds: float) -> None:
        """Counts that are 0 are left out, except the published."""
        counts = {name: count for name, count in asdict(tally).items() if count or name == "published"}
        told = ", ".join(f"{count} {name}" for name, count in counts.items())
        typer.echo(f"{told} in {seconds:.1f} s")


class JsonReport:
    """For a machine: one JSON object a line on standard output, the last one the summary."""

    def bad_line(self, line: int, why: str) -> None:
        """``{"line": 3, "error": ...}``."""
        _print({"line": line, "error": why})

    def published(self, line: int, published: Published) -> None:
        """``{"line": 3, "message_id": ..., "position": {...}}``."""
        if published.message is not None and published.position is not None:
            position = published.position.model_dump()
            _print({"line": line, "message_id": published.message.message_id, "position": position})

    def came_back(self, back: CameBack) -> None:
        """``{"line": 3, "message_id": ..., "emotion": ..., "pad": {...}, "latency_ms": ...}``."""
        told = {"line": back.sent.line, "message_id": back.sent.message_id, **_as_json(back)}
        _print({**told, "latency_ms": round(back.seconds * 1000, 1)})

    def summary(self, tally: Tally, seconds: float) -> None:
        """``{"summary": {...}}``."""
        _print({"summary": {**asdict(tally), "seconds": round(seconds, 3)}})


def _in_words(back: CameBack) -> str:
    latency = f"{back.seconds * 1000:.0f} ms"
    outcome = back.outcome
    if outcome is None:
        return f"no result within {back.seconds:.0f} s: is the worker running? `emotionstream doctor` says"
    if isinstance(outcome, Rejection):
        return f"rejected ({outcome.kind}): {outcome.reason}  {latency}"
    pad = outcome.pad
    felt = f"pleasure {pad.pleasure:.2f}  arousal {pad.arousal:.2f}  dominance {pad.dominance:.2f}"
    return f"{outcome.primary_emotion} {outcome.confidence:.2f}  {felt}  {latency}"


def _as_json(back: CameBack) -> dict[str, Any]:
    outcome = back.outcome
    if isinstance(outcome, EmotionResult):
        return {
            "emotion": outcome.primary_emotion,
            "confidence": outcome.confidence,
            "pad": outcome.pad.model_dump(),
            "readiness": outcome.readiness.model_dump(mode="json"),
            "truncated": outcome.truncated,
        }
    if isinstance(outcome, Rejection):
        return {"rejected": outcome.kind.value, "reason": outcome.reason}
    return {"error": "no result in time"}


def _print(value: dict[str, Any]) -> None:
    typer.echo(json.dumps(value))
