"""Reading sessions back, in order."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from emotionstream.history import records
from emotionstream.history.queries import query
from emotionstream.history.session import SessionSummary, Turn
from emotionstream.history.turns import Parts, turns


@dataclass(frozen=True, slots=True)
class SessionFilter:
    """Which sessions: those with messages sent in [since, until), of a learner, of a name. None: all."""

    since: datetime | None = None
    until: datetime | None = None
    user_id: str | None = None
    session_id: str | None = None


async def read_sessions(connection: Any, wanted: SessionFilter, limit: int | None) -> list[SessionSummary]:
    """The sessions that fit, the latest first, at most ``limit`` (None: all). Counts are of messages that fit."""
    rows = await connection.fetch(
        query("sessions"), wanted.since, wanted.until, wanted.user_id, wanted.session_id, limit
    )
    return [records.summary(row) for row in rows]


async def read_turns(connection: Any, user_id: str, session_id: str | None, with_text: bool) -> list[Turn]:
    """What a learner said and what came of it, in order; of one session, or of all. One snapshot."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        # Without text its table is not touched: who may not read it can still read the rest.
        said = "messages_of_learner" if with_text else "messages_without_text"
        messages = await connection.fetch(query(said), user_id, session_id)
        found = {
            name: await connection.fetch(query(f"{name}_of_learner"), user_id, session_id)
            for name in ("results", "interventions", "outcomes", "rejections")
        }
    return turns(
        Parts(
            messages=map(records.said, messages),
            results=map(records.result, found["results"]),
            interventions=map(records.intervention, found["interventions"]),
            outcomes=((row["result_id"], records.outcome(row)) for row in found["outcomes"]),
            rejections=map(records.rejection, found["rejections"]),
        )
    )


async def read_truncated(connection: Any, user_id: str) -> int:
    """How many of the learner's results were dropped to keep the bound."""
    return int(await connection.fetchval(query("truncated_results"), user_id))


async def read_learner_of(connection: Any, intervention_id: UUID) -> str | None:
    """The learner for whom an intervention was raised; None: it is not recorded."""
    found: str | None = await connection.fetchval(query("learner_of_intervention"), intervention_id)
    return found


async def read_counts(connection: Any) -> dict[str, int]:
    """Rows by table; texts as ``message_texts``."""
    return dict(await connection.fetchrow(query("counts")))
