"""Bringing the history's tables up to date: alembic renders the steps as SQL, asyncpg runs them.

No second database driver is needed, no ``alembic.ini`` either, and ``plan`` shows exactly what ``migrate`` runs.
"""

from dataclasses import dataclass
from io import StringIO
from typing import Any, Final

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from emotionstream.history.failures import HistorySchemaError, driver_errors
from emotionstream.history.queries import MIGRATIONS, query

_BASE: Final = "base"


@dataclass(frozen=True, slots=True)
class Plan:
    """What brings the tables from revision ``current`` (None: there are none) to ``head``."""

    current: str | None
    head: str
    sql: str

    @property
    def up_to_date(self) -> bool:
        """Whether there is nothing to do."""
        return self.current == self.head


def render(current: str | None, db_schema: str) -> Plan:
    """The SQL from revision ``current`` to the newest that this program knows, whole: it may be run by hand. Pure.

    ``db_schema`` is a plain lower-case identifier: ``HistorySettings`` checks it.

    Raises:
        HistorySchemaError: ``current`` is not known here: a newer program made the tables.
    """
    buffer = StringIO()
    config = Config(output_buffer=buffer)
    # A percent sign in the path is the config parser's escape.
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    head = ScriptDirectory.from_config(config).get_current_head() or _BASE
    if current == head:
        return Plan(current, head, "")
    try:
        command.upgrade(config, f"{current or _BASE}:{head}", sql=True)
    except CommandError as error:
        raise HistorySchemaError(
            f"the history is at revision {current!r}, which this program does not know: use the program that made it"
        ) from error
    # Without the second line the tables would stand wherever the search path of who runs it begins.
    place = f'CREATE SCHEMA IF NOT EXISTS "{db_schema}";\nSET search_path TO "{db_schema}";\n\n'
    return Plan(current, head, place + buffer.getvalue())


async def plan(connection: Any, db_schema: str) -> Plan:
    """What ``migrate`` would do. Changes nothing."""
    with driver_errors():
        return render(await _revision(connection, db_schema), db_schema)


async def migrate(connection: Any, db_schema: str) -> Plan:
    """Bring the tables up to date, in one transaction and under a lock: several processes may try at once."""
    with driver_errors():
        async with connection.transaction():
            await connection.execute(query("lock_schema"), db_schema)
            steps = render(await _revision(connection, db_schema), db_schema)
            if not steps.up_to_date:
                await connection.execute(steps.sql)
        return steps


async def _revision(connection: Any, db_schema: str) -> str | None:
    if await connection.fetchval(query("revision_table"), db_schema) is None:
        return None
    revision = await connection.fetchval(query("revision"))
    return None if revision is None else str(revision)
