"""What the embedded Kafka and PostgreSQL have in common: claim the folder, end an orphan, start, wait, stop."""

import asyncio
import signal
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Final, Self

from emotionstream.cli.embedded.diagnosis import explain
from emotionstream.cli.embedded.folder import claimed, require_name, require_space
from emotionstream.cli.embedded.process import Command, OwnedProcess, end_orphan
from emotionstream.cli.say import Say, say_nothing
from emotionstream.schemas.errors import EmbeddedServiceError
from emotionstream.schemas.settings.embedded import EmbeddedSettings

_POLL_SECONDS: Final = 0.05
_RESTART_MIB: Final = 16


class EmbeddedService(ABC):
    """A service as a child process with its data in ``folder``. An async context manager: ready inside, stopped after.

    Raises EmbeddedServiceError (on entering and by ``restart``) where it cannot start; the message says what to do.
    """

    name: ClassVar[str]
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM

    def __init__(self, settings: EmbeddedSettings, say: Say | None = None) -> None:
        self._settings = settings
        self._say: Say = say or say_nothing
        self._process: OwnedProcess | None = None
        self._held = AsyncExitStack()
        self.folder: Path = settings.folder.expanduser().absolute() / self.name.lower()

    @property
    @abstractmethod
    def version(self) -> str:
        """The version of the service, such as 4.3.1."""

    @abstractmethod
    async def _prepare(self) -> None:
        """Make ready what a start needs: programs, an empty data folder, ports."""

    @abstractmethod
    def _command(self) -> Command:
        """What to run."""

    @abstractmethod
    async def _answers(self) -> bool:
        """Whether it does what it is for."""

    @property
    def pid(self) -> int | None:
        """The id of its process, None where it does not run."""
        return self._process.pid if self._process is not None else None

    @property
    def alive(self) -> bool:
        """Whether its process runs."""
        return self._process is not None and self._process.alive

    @property
    def log(self) -> Path:
        """The file of what it says."""
        return self.folder / f"{self.name.lower()}.log"

    async def __aenter__(self) -> Self:
        require_name(self.name, self.folder)
        async with AsyncExitStack() as stack:
            stack.enter_context(claimed(self.folder))
            with self._explained():
                await self._open(stack)
            self._held = stack.pop_all()
        return self

    async def _open(self, stack: AsyncExitStack) -> None:
        if await asyncio.to_thread(end_orphan, self._record, self.stop_signal, self._settings.stop_seconds):
            self._say(f"ended the {self.name} that an earlier run left behind")
        require_space(self.folder, self._settings.min_free_mb)
        await self._prepare()
        stack.push_async_callback(self._stop)
        await self._start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._held.aclose()

    async def restart(self) -> None:
        """Start it anew at the same address, with the same data; what still runs is stopped first.

        Where it raises, nothing runs: also what did start, and does not answer, is ended.
        """
        await self._stop()
        # On a full disk Kafka may hang instead of ending. It has been running here: it needs less than for a start.
        require_space(self.folder, min(self._settings.min_free_mb, _RESTART_MIB))
        try:
            with self._explained():
                await self._start()
        except EmbeddedServiceError:
            await self._stop()
            raise

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """What the disk refuses, such as a log or a settings file, in words."""
        try:
            yield
        except OSError as error:
            raise explain(self.name, self.folder, str(error), f"cannot start ({error})") from error

    async def _start(self) -> None:
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".log.1"))
        self._process = OwnedProcess(self._command(), self._record)
        self._process.start()
        await self._wait(self._process)

    async def _wait(self, process: OwnedProcess) -> None:
        ends = time.monotonic() + self._settings.start_seconds
        while not await self._answers():
            if not process.alive:
                raise explain(self.name, self.folder, self._read_log(), f"ended with status {process.exit_status}")
            if time.monotonic() > ends:
                waited = (
                    f"did not answer within {self._settings.start_seconds:g} s (EMOTIONSTREAM_EMBEDDED_START_SECONDS)"
                )
                raise explain(self.name, self.folder, self._read_log(), waited)
            await asyncio.sleep(_POLL_SECONDS)

    async def _stop(self) -> None:
        if self._process is not None:
            try:
                await self._process.stop(self._settings.stop_seconds)
            finally:
                self._process = None

    @property
    def _record(self) -> Path:
        return self.folder / "process.json"

    def _read_log(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
