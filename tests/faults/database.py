"""PostgreSQL for the bench: a database for each scene, its rows, and a disk that can be filled."""

import asyncio
import os
import signal
import subprocess
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Final

import asyncpg

from emotionstream.cli.embedded import EmbeddedPostgres
from emotionstream.cli.embedded.system_user import give, let_pass, service_user
from emotionstream.schemas.settings.history import HistorySettings

IDS: Final = {
    "messages": "result_id",
    "results": "result_id",
    "interventions": "intervention_id",
    "rejections": "rejection_id",
}
"""Table -> the column that must not repeat."""
DISK_BYTES: Final = 64 * 1024 * 1024


class SmallDisk:
    """A file system of 64 MiB in memory; it can be filled to the last byte, and emptied again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def fill(self) -> None:
        """Leave no room."""
        with self._filler.open("wb") as file, suppress(OSError):
            while True:
                file.write(b"\0" * 65_536)
                file.flush()

    def free(self) -> None:
        """Make room again."""
        self._filler.unlink(missing_ok=True)


@contextmanager
def small_disk(folder: Path) -> Iterator[SmallDisk | None]:
    """A small disk mounted at ``folder``; None where we may not mount (it needs root)."""
    folder.mkdir(parents=True)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)], check=False, capture_output=True
    )
    if done.returncode:
        yield None
        return
    try:
        let_pass(folder)
        give(folder / "space", service_user())
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


class Base:
    """One scene's database."""

    def __init__(self, service: EmbeddedPostgres, name: str) -> None:
        self.service = service
        self.name = name
        self.url = service.url.replace("@/emotionstream?", f"@/{name}?")

    async def counts(self) -> int:
        """Rows in all tables together. Raises asyncpg's errors, or OSError, while it is away."""
        sql = " + ".join(f"(SELECT count(*) FROM {table})" for table in IDS)
        async with asyncio.timeout(5):
            connection = await self._connect()
            try:
                return int(await connection.fetchval(f"SELECT {sql}"))
            finally:
                connection.terminate()

    async def rows(self) -> dict[str, Counter[str]]:
        """Table -> id -> how many rows have it."""
        connection = await self._connect()
        try:
            return {
                table: Counter(str(row[0]) for row in await connection.fetch(f"SELECT {column} FROM {table}"))
                for table, column in IDS.items()
            }
        finally:
            await connection.close()

    async def forget_uniqueness(self) -> None:
        """Drop the keys, so that a repeated row would stand twice instead of being refused."""
        connection = await self._connect()
        try:
            for table in (*IDS, "message_texts"):
                await connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_pkey CASCADE")
        finally:
            await connection.close()

    async def _connect(self) -> asyncpg.Connection:
        return await asyncpg.connect(self.url, server_settings={"search_path": HistorySettings().db_schema})

    def kill(self) -> None:
        """kill -9 of the server."""
        if self.service.pid is not None:
            os.kill(self.service.pid, signal.SIGKILL)

    async def restart(self) -> None:
        """Start it anew with the same data."""
        await self.service.restart()


@asynccontextmanager
async def open_base(service: EmbeddedPostgres, disk: SmallDisk | None = None) -> AsyncIterator[Base]:
    """A new database, on ``disk`` where there is one; dropped at the end."""
    name = f"f{uuid.uuid4().hex[:16]}"
    await _execute(service, *([f"CREATE TABLESPACE {name} LOCATION '{disk.folder / 'space'}'"] if disk else []))
    await _execute(service, f"CREATE DATABASE {name}" + (f" TABLESPACE {name}" if disk else ""))
    try:
        yield Base(service, name)
    finally:
        await _execute(service, f"DROP DATABASE {name} WITH (FORCE)")
        await _execute(service, *([f"DROP TABLESPACE {name}"] if disk else []))


async def _execute(service: EmbeddedPostgres, *statements: str) -> None:
    connection = await asyncpg.connect(service.url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()
