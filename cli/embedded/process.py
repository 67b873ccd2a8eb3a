"""A child process that we own: recorded on disk, so that the next start can find and end it after a kill -9 of ours."""

import asyncio
import json
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from emotionstream.cli.pids import ProcessId
from emotionstream.schemas.errors import EmbeddedServiceError, MissingExtraError
from emotionstream.schemas.extras import install_line


def write_record(path: Path, process: ProcessId) -> None:
    """Store it whole or not at all."""
    new = path.with_suffix(".new")
    new.write_text(json.dumps(asdict(process)), encoding="ascii")
    new.replace(path)


def read_record(path: Path) -> ProcessId | None:
    """The stored process; None where there is none or the file is broken."""
    try:
        return ProcessId.read(json.loads(path.read_text(encoding="ascii")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


@dataclass(frozen=True, slots=True)
class Command:
    """What to run. ``user`` is a system user, for PostgreSQL, which refuses to run as root."""

    argv: Sequence[str]
    environ: Mapping[str, str]
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM
    user: str | None = None
    folder: Path = field(default=Path("/"))

    def popen_options(self) -> dict[str, Any]:
        """Keyword arguments for subprocess: a session of its own, so that the terminal's Ctrl-C comes to us first."""
        options: dict[str, Any] = {"env": dict(self.environ), "cwd": self.folder, "start_new_session": True}
        if self.user is not None:
            import pwd

            entry = pwd.getpwnam(self.user)
            options |= {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        return options


class OwnedProcess:
    """One child process. Start it with ``start``, end it with ``stop``; ``alive`` says how it is."""

    def __init__(self, command: Command, record: Path) -> None:
        self._command = command
        self._record = record
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process's id, None where it is not started."""
        return None if self._process is None else self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def exit_status(self) -> int | None:
        """How it ended: its exit code, or minus the signal's number; None while it runs."""
        return None if self._process is None else self._process.poll()

    def start(self) -> None:
        """Start it and record it at once.

        Raises:
            EmbeddedServiceError: the program cannot be run.
        """
        try:
            with self._command.log.open("ab") as log:
                self._process = subprocess.Popen(
                    list(self._command.argv),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    **self._command.popen_options(),
                )
            process = ProcessId.of(self._process.pid)
            if process is not None:
                write_record(self._record, process)
        except OSError as error:
            self.kill()
            raise EmbeddedServiceError(f"{self._command.argv[0]} cannot be started: {error}") from error

    async def stop(self, seconds: float) -> None:
        """Ask it to end, and kill it after ``seconds``. Does nothing where it has ended.

        Cancelled meanwhile (Ctrl-C while the program stops already) it still sees to the end before it gives way.
        """
        process, cancelled = self._process, None
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(self._command.stop_signal)
            waiting = asyncio.get_running_loop().run_in_executor(None, _wait, process, seconds)
            while not waiting.done():
                try:
                    await asyncio.shield(waiting)
                except asyncio.CancelledError as error:
                    cancelled = error
        self.kill()
        if cancelled is not None:
            raise cancelled

    def kill(self) -> None:
        """End it at once, and forget it."""
        if self._process is not None:
            if self._process.poll() is None:
                self._process.kill()
            self._process.wait()
            self._record.unlink(missing_ok=True)


def _wait(process: subprocess.Popen[bytes], seconds: float) -> None:
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)


def end_orphan(record: Path, stop_signal: signal.Signals, seconds: float) -> bool:
    """End the process that ``record`` names where it still lives; True if there was one. No other is touched. Blocks.

    It is asked by ``stop_signal`` first, and killed after ``seconds``.

    Raises:
        MissingExtraError: psutil is not installed.
    """
    psutil = _psutil()
    known = read_record(record)
    process = None if known is None else known.find()
    if process is not None:
        # psutil compares the start time again before each signal.
        for number in (stop_signal, signal.SIGKILL):
            with suppress(psutil.NoSuchProcess, psutil.TimeoutExpired):
                process.send_signal(number)
                process.wait(seconds)
                break
    record.unlink(missing_ok=True)
    return process is not None


def _psutil() -> Any:
    try:
        import psutil  # type: ignore[import-untyped]  # It ships no type information.
    except ImportError as error:
        raise MissingExtraError(
            f"embedded services need packages that are not installed: {install_line('embedded')}; "
            "or set KAFKA_BOOTSTRAP_SERVERS and DATABASE_URL to services of your own"
        ) from error
    return psutil
