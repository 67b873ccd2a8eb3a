"""Removing a learner, and looking whether anything is left."""

from datetime import datetime
from typing import Any

from emotionstream.history.queries import query


async def erase_learner(connection: Any, user_id: str, until_ms: int, now: datetime) -> dict[str, int]:
    """Remove all that is recorded of a learner, in one transaction. Gives rows removed by table.

    What the learner said up to ``until_ms`` is not recorded again, and neither is what comes of it: a recorder that is
    writing now is waited for, and one that comes later sees the erasure.
    """
    async with connection.transaction():
        # 1. Nobody writes meanwhile.
        await connection.execute(query("await_writers"))
        # 2. What comes late will be known.
        await connection.execute(query("note_erasure"), user_id, until_ms, now)
        # 3. What is there goes.
        return dict(await connection.fetchrow(query("erase_learner"), user_id))


async def rows_of_learner(connection: Any, user_id: str, until_ms: int) -> dict[str, int]:
    """Rows by table of what the learner said up to ``until_ms``, and of what came of it."""
    return dict(await connection.fetchrow(query("rows_of_learner"), user_id, until_ms))


async def partitions_of_learner(connection: Any, user_id: str, chat_topic: str) -> set[int]:
    """Partitions in which the learner's recorded messages stood."""
    return {
        row["source_partition"] for row in await connection.fetch(query("partitions_of_learner"), user_id, chat_topic)
    }
