"""The history: a pool of connections to PostgreSQL, and what may be asked of it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from emotionstream.history import erasure, migrate, reader, writer
from emotionstream.history.entry import Entry
from emotionstream.history.failures import HistorySchemaError, driver_errors
from emotionstream.history.reader import SessionFilter
from emotionstream.history.session import SessionSummary, Turn
from emotionstream.history.tables import Table
from emotionstream.schemas.errors import SettingsError
from emotionstream.schemas.settings.database import DatabaseSettings
from emotionstream.schemas.settings.history import HistorySettings


class History:
    """Everything that was said, scored, raised, answered and rejected.

    Every method raises ServiceUnavailableError while the database is away, and may be called again.
    """

    def __init__(self, pool: Any, settings: HistorySettings) -> None:
        self._pool = pool
        self._settings = settings

    async def prepare(self) -> None:
        """Bring the tables up to date, or only check them where ``HistorySettings.migrate`` is off.

        Raises:
            HistorySchemaError: they are older and may not be changed, or newer than this program.
        """
        steps = await self.migrate() if self._settings.migrate else await self.plan()
        if not self._settings.migrate and not steps.up_to_date:
            raise HistorySchemaError(
                f"the history is at revision {steps.current}, this program needs {steps.head}: "
                "run `emotionstream db migrate`"
            )

    async def plan(self) -> migrate.Plan:
        """What ``migrate`` would do."""
        async with self._connection() as connection:
            return await migrate.plan(connection, self._settings.db_schema)

    async def migrate(self) -> migrate.Plan:
        """Bring the tables up to date. Gives what was done."""
        async with self._connection() as connection:
            return await migrate.migrate(connection, self._settings.db_schema)

    async def write(self, entries: Sequence[Entry]) -> dict[Table, int]:
        """Keep ``entries``, all or none; what is known already stays as it is. Gives new rows by table.

        Raises:
            RowRefusedError: one of them cannot be kept; none was.
        """
        async with self._connection() as connection:
            return await writer.write_batch(connection, entries, self._settings)

    async def expire_texts(self, before: datetime) -> int:
        """Drop the texts of messages that came in before ``before``. Gives their number."""
        async with self._connection() as connection:
            return await writer.expire_texts(connection, before, self._settings)

    async def erase(self, user_id: str, until_ms: int, now: datetime) -> dict[str, int]:
        """Remove a learner; what was said up to ``until_ms`` is not recorded again. Gives rows removed by table."""
        async with self._connection() as connection:
            return await erasure.erase_learner(connection, user_id, until_ms, now)

    async def rows_of(self, user_id: str, until_ms: int) -> dict[str, int]:
        """Rows by table of what a learner said up to ``until_ms``, and of what came of it."""
        async with self._connection() as connection:
            return await erasure.rows_of_learner(connection, user_id, until_ms)

    async def partitions_of(self, user_id: str, chat_topic: str) -> set[int]:
        """The partitions of the chat topic in which the learner's recorded messages stood."""
        async with self._connection() as connection:
            return await erasure.partitions_of_learner(connection, user_id, chat_topic)

    async def sessions(self, wanted: SessionFilter, limit: int | None = None) -> list[SessionSummary]:
        """The sessions that fit, the latest first."""
        async with self._connection() as connection:
            return await reader.read_sessions(connection, wanted, limit)

    async def turns(self, user_id: str, session_id: str | None = None, *, with_text: bool = True) -> list[Turn]:
        """What a learner said and what came of it, in order."""
        async with self._connection() as connection:
            return await reader.read_turns(connection, user_id, session_id, with_text)

    async def truncated(self, user_id: str) -> int:
        """How many of the learner's results were dropped to keep the bound: what is left starts too late."""
        async with self._connection() as connection:
            return await reader.read_truncated(connection, user_id)

    async def learner_of(self, intervention_id: UUID) -> str | None:
        """The learner for whom an intervention was raised; None: it is not recorded."""
        async with self._connection() as connection:
            return await reader.read_learner_of(connection, intervention_id)

    async def counts(self) -> dict[str, int]:
        """Rows by table; texts as ``message_texts``."""
        async with self._connection() as connection:
            return await reader.read_counts(connection)

    async def version(self) -> str:
        """PostgreSQL's version, such as ``18.4``. Also the cheapest way to see whether it answers."""
        async with self._connection() as connection:
            return str(await connection.fetchval("SHOW server_version"))

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Any]:
        with driver_errors():
            async with self._pool.acquire(timeout=self._settings.connect_timeout_seconds) as connection:
                yield connection


@asynccontextmanager
async def open_history(
    database: DatabaseSettings, settings: HistorySettings, *, prepare: bool = True
) -> AsyncIterator[History]:
    """The history at ``database``, its tables up to date.

    With ``prepare=False`` nothing is asked of the database yet, so that it may be away: call ``History.prepare``.

    Raises:
        SettingsError: no database is named, its URL cannot be read, or it refuses the user.
        ServiceUnavailableError: it does not answer.
    """
    pool = await _pool(database, settings)
    try:
        history = History(pool, settings)
        if prepare:
            await history.prepare()
        yield history
    finally:
        await _close(pool, settings.close_timeout_seconds)


async def _pool(database: DatabaseSettings, settings: HistorySettings) -> Any:
    if database.url is None:
        raise SettingsError(
            "DATABASE_URL is not set: run `emotionstream up`, which starts a PostgreSQL and prints its address, "
            "or name your own (postgresql://user:password@host:port/name)"
        )
    # No connection is opened here (min_size 0): the database may be away when a part starts.
    return await asyncpg.create_pool(
        database.url.get_secret_value(),
        min_size=0,
        max_size=settings.connections,
        timeout=settings.connect_timeout_seconds,
        command_timeout=settings.command_timeout_seconds,
        server_settings={"search_path": settings.db_schema, "application_name": "emotionstream"},
    )


async def _close(pool: Any, timeout_seconds: float) -> None:
    try:
        await asyncio.wait_for(pool.close(), timeout_seconds)
    except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        pool.terminate()
