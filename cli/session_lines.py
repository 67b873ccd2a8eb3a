"""Recorded sessions as JSON and as lines for a person. Pure."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel

from emotionstream.cli.plain import plain
from emotionstream.consumers.wording import describe_intervention, describe_trend
from emotionstream.history.reader import SessionFilter
from emotionstream.history.session import SessionSummary, Turn
from emotionstream.schemas.events import InterventionOutcome

_TIME: Final = "%Y-%m-%d %H:%M:%S"
_MINUTE: Final = "%Y-%m-%d %H:%M"
_OTHER: Final = " (by another user id than this learner's)"


def summary_json(summary: SessionSummary) -> str:
    """One session of a list, as one line of JSON."""
    return json.dumps(asdict(summary), default=_plain, ensure_ascii=False)


def summary_cells(summary: SessionSummary) -> tuple[str, ...]:
    """One session of a list, as the cells of a table."""
    return (
        plain(summary.user_id),
        plain(summary.session_id),
        summary.ended_at.strftime(_MINUTE),
        str(summary.messages),
        str(summary.interventions),
        summary.top_level.value,
    )


SUMMARY_HEADINGS: Final = ("learner", "session", "last message (UTC)", "messages", "raised", "highest")
"""``raised``: interventions; ``highest``: their highest level."""


def summary_lines(summaries: Sequence[SessionSummary]) -> Iterator[str]:
    """A list of sessions as a table. Ids are never cut, so that they can be copied: a long one makes a long line."""
    rows = [SUMMARY_HEADINGS, *map(summary_cells, summaries)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def nothing_found(wanted: SessionFilter) -> str:
    """What to say where no session fits ``wanted``."""
    options = {"--user": wanted.user_id, "--session": wanted.session_id}
    options |= {"--since": _iso(wanted.since), "--until": _iso(wanted.until)}
    given = [f"{option} {value}" for option, value in options.items() if value is not None]
    return f"no session fits: {', '.join(given)}" if given else "no session is recorded yet"


def turn_json(turn: Turn) -> str:
    """One turn of a session, as one line of JSON."""
    return json.dumps(_filled(asdict(turn)), default=_plain, ensure_ascii=False)


def turn_lines(turn: Turn, *, named: bool = False) -> Iterator[str]:
    """One turn of a session for a person: what was said, what the model made of it, what was raised and answered.

    ``named``: also who spoke, for a session that several learners share.
    """
    yield from map(plain, _turn_lines(turn, named))


def _turn_lines(turn: Turn, named: bool) -> Iterator[str]:
    said = turn.message
    if said is not None:
        who = f"{said.role.value:<7}  {said.user_id}:" if named else f"{said.role.value:<7}"
        yield f"{said.sent_at.strftime(_TIME)}  {who}  {said.message_id if said.text is None else said.text}"
    elif named and turn.result is not None:
        yield f"{turn.result.sent_at.strftime(_TIME)}  learner  {turn.result.user_id}:  (the message is not recorded)"
    if turn.result is not None:
        pleasure, arousal, dominance = turn.result.pad.as_tuple()
        yield (
            f"    {turn.result.primary_emotion} {turn.result.confidence:.2f}, "
            f"PAD {pleasure:.2f} {arousal:.2f} {dominance:.2f}, readiness {turn.result.readiness.state.value}"
        )
    if turn.rejection is not None:
        yield f"    rejected by the {turn.rejection.stage}: {turn.rejection.kind.value}"
    if turn.intervention is not None:
        yield f"  ! {describe_intervention(turn.intervention)}; {describe_trend(turn.intervention.trajectory)}"
        yield f"    {turn.intervention.intervention_id}"
    for outcome in turn.outcomes:
        other = not turn.is_named_by(outcome)
        told = f"{outcome.helped}{_corrections(outcome)}, says {outcome.reported_by}"
        yield f"    helped: {told}{_OTHER if other else ''}"


def _corrections(outcome: InterventionOutcome) -> str:
    told = f", felt {outcome.corrected_emotion}" if outcome.corrected_emotion else ""
    return told + (f", {outcome.corrected_level} would have been right" if outcome.corrected_level else "")


def _iso(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()


def _filled(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_none=True)
    isoformat = getattr(value, "isoformat", None)
    return isoformat() if isoformat is not None else str(value)
