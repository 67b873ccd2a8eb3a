"""A real PostgreSQL as a child process, from a wheel, on a Unix socket that only we can reach."""

import asyncio
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import ClassVar, Final
from urllib.parse import quote

from emotionstream.cli.embedded.diagnosis import STILL_ENDING, explain
from emotionstream.cli.embedded.folder import require_version
from emotionstream.cli.embedded.postgres_programs import find_programs, postgres_environ, socket_folder
from emotionstream.cli.embedded.process import Command
from emotionstream.cli.embedded.service import EmbeddedService
from emotionstream.cli.embedded.system_user import give, let_pass, let_read, service_user
from emotionstream.cli.pids import living
from emotionstream.schemas.errors import EmbeddedServiceError

_NAME: Final = "emotionstream"
_ENDING_TRIES: Final = 50
_ENDING_SECONDS: Final = 0.2


class EmbeddedPostgres(EmbeddedService):
    """``async with EmbeddedPostgres(settings) as postgres: postgres.url``."""

    name: ClassVar[str] = "PostgreSQL"
    # Fast shutdown: ends the connections that are still open; SIGTERM would wait for them.
    stop_signal: ClassVar[signal.Signals] = signal.SIGINT

    _programs: Path
    _user: str | None
    _version: str = ""

    @property
    def version(self) -> str:
        """PostgreSQL's version, known once it is prepared."""
        return self._version

    @property
    def url(self) -> str:
        """``postgresql://`` URL of the database, for asyncpg, SQLAlchemy and psql alike. Needs no password."""
        return f"postgresql://{_NAME}@/{_NAME}?host={quote(str(self._socket_folder), safe='/')}"

    async def _prepare(self) -> None:
        self._programs = find_programs()
        self._user = service_user()
        self._version = (await self._run("postgres", "--version")).split()[-1]
        if self._user is not None:
            let_read(self._programs.parent)
            opened = [*let_pass(self._programs), *let_pass(self.folder), *let_pass(self._socket_folder.parent)]
            if opened:
                places = ", ".join(str(place) for place in opened)
                self._say(f"let every user pass (not list) {places}: PostgreSQL runs as user {self._user}, not as root")
        give(self._socket_folder, self._user)
        await self._prepare_data(self.folder / "data")

    async def _prepare_data(self, data: Path) -> None:
        if await asyncio.to_thread(data.exists):
            require_version(self.name, self.folder, self._written_by(data), self._version.split(".")[0])
            self._forget_foreign_pid(data)
            return
        # Under another name first, so that a kill leaves no half-made folder.
        new = data.with_name("data.new")
        shutil.rmtree(new, ignore_errors=True)
        give(new, self._user)
        await self._run(
            "initdb",
            f"--pgdata={new}",
            f"--username={_NAME}",
            "--auth-local=trust",
            "--auth-host=reject",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
        )
        new.replace(data)

    async def _start(self) -> None:
        """After a kill of the server its backends end by themselves, but not at once, and hold the data until then."""
        for left in reversed(range(_ENDING_TRIES)):
            try:
                return await super()._start()
            except EmbeddedServiceError as error:
                if STILL_ENDING not in str(error) or not left:
                    raise
            await asyncio.sleep(_ENDING_SECONDS)
        return None

    def _command(self) -> Command:
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._socket_folder),
            "max_connections": self._settings.postgres_connections,
            "shared_buffers": f"{self._settings.postgres_buffers_mb}MB",
            # After a kill: 0.3 s instead of 1.7 s. Only Linux has it.
            "recovery_init_sync_method": "syncfs" if sys.platform == "linux" else "fsync",
            "log_timezone": "UTC",
            "timezone": "UTC",
            # A failed statement would be logged with its values, and so with learners' text.
            "log_min_error_statement": "panic",
            "log_parameter_max_length_on_error": "0",
            "log_error_verbosity": "terse",
        }
        argv = [str(self._programs / "postgres"), "-D", str(self.folder / "data")]
        argv += [item for name, value in options.items() for item in ("-c", f"{name}={value}")]
        return Command(
            argv=argv, environ=postgres_environ(), log=self.log, stop_signal=self.stop_signal, user=self._user
        )

    async def _answers(self) -> bool:
        # Asked before it says so itself, it would log every question as a failure.
        if not await asyncio.to_thread(self._says_ready):
            return False
        return await self._ask("SELECT 1", database="postgres") == "1" and await self._has_database()

    async def _has_database(self) -> bool:
        if await self._ask("SELECT 1", database=_NAME) == "1":
            return True
        return await self._ask(f"CREATE DATABASE {_NAME}", database="postgres") == "CREATE DATABASE"

    async def _ask(self, sql: str, database: str) -> str:
        """What psql prints for ``sql``; empty where the server does not answer."""
        options = ("--no-psqlrc", "--tuples-only", "--no-align", "--no-password", f"--command={sql}")
        reach = (f"--host={self._socket_folder}", f"--username={_NAME}", f"--dbname={database}")
        with suppress(EmbeddedServiceError):
            return (await self._run("psql", *options, *reach)).strip()
        return ""

    async def _run(self, program: str, *arguments: str) -> str:
        """What one of PostgreSQL's programs prints on stdout.

        Raises:
            EmbeddedServiceError: it failed.
        """
        command = Command(
            argv=[str(self._programs / program), *arguments],
            environ=postgres_environ(),
            log=self.log,
            user=self._user,
        )
        done = await asyncio.to_thread(_run_quietly, command)
        if done.returncode:
            said = (done.stdout + done.stderr).decode(errors="replace")
            raise explain(self.name, self.folder, said, f"could not be set up ({program}: status {done.returncode})")
        return done.stdout.decode()

    def _forget_foreign_pid(self, data: Path) -> None:
        """After a kill, the id in postmaster.pid may be another program's by now, and PostgreSQL would not start."""
        path = data / "postmaster.pid"
        with suppress(OSError, ValueError, IndexError):
            process = living(int(path.read_text(encoding="utf-8").splitlines()[0]))
            if process is not None and not process.name().startswith("postgres"):
                path.unlink(missing_ok=True)

    def _says_ready(self) -> bool:
        """The last line of postmaster.pid is its state (src/include/utils/pidfile.h)."""
        with suppress(OSError, IndexError):
            said = (self.folder / "data" / "postmaster.pid").read_text(encoding="utf-8").splitlines()
            return said[-1].strip() == "ready" and int(said[0]) == self.pid
        return False

    def _written_by(self, data: Path) -> str | None:
        with suppress(OSError):
            return (data / "PG_VERSION").read_text(encoding="ascii").strip() or None
        return None

    @property
    def _socket_folder(self) -> Path:
        return socket_folder(self.folder)


def _run_quietly(command: Command) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        list(command.argv), stdin=subprocess.DEVNULL, capture_output=True, check=False, **command.popen_options()
    )
