"""Writing a batch: copied into staging tables, then inserted where it is not known yet; all or nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from emotionstream.history.entry import Entry
from emotionstream.history.queries import query
from emotionstream.history.rows import Row
from emotionstream.history.tables import STAGED, Table, staged_rows
from emotionstream.schemas.events import EmotionResult
from emotionstream.schemas.settings.history import HistorySettings


async def write_batch(connection: Any, entries: Sequence[Entry], settings: HistorySettings) -> dict[Table, int]:
    """Keep ``entries`` in one transaction. Gives the number of new rows by table: what is known counts 0."""
    rows = staged_rows(entries)
    learners = sorted({entry.event.user_id for entry in entries if isinstance(entry.event, EmotionResult)})
    async with connection.transaction():
        await connection.execute(query("stage"))
        fresh = {table: await _insert(connection, table, rows[table]) for table in Table if table in rows}
        if learners:
            await connection.execute(query("prune_learners"), learners, settings.limit)
    return fresh


async def expire_texts(connection: Any, before: datetime, settings: HistorySettings) -> int:
    """Drop texts that came in before ``before``, in short transactions. Gives their number."""
    total = 0
    while True:
        gone = int(await connection.fetchval(query("expire_texts"), before, settings.text_expiry_rows))
        total += gone
        if gone < settings.text_expiry_rows:
            return total


async def _insert(connection: Any, table: Table, rows: Sequence[Row]) -> int:
    staged = STAGED[table]
    await connection.copy_records_to_table(staged.name, records=rows, columns=staged.columns)
    return int(await connection.fetchval(query(staged.insert)))
