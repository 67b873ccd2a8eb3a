"""The parts of the chain as processes: started, started again when they end, killed and suspended by the bench."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

import psutil

PROGRAM: Final = Path(__file__).with_name("part.py")
RESTART_SECONDS: Final = 0.5
STOP_SECONDS: Final = 40.0
FOREIGN: Final = ("EMOTIONSTREAM_", "KAFKA_", "DATABASE_", "DELIVERY", "FAULTS_")


class Part:
    """One process, started again when it ends by itself, as `emotionstream up` would."""

    def __init__(self, name: str, environ: Mapping[str, str], folder: Path) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self.exits: list[int] = []
        """How it ended each time."""
        self._environ = dict(environ)
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._wanted = True

    @property
    def pid(self) -> int:
        """Its process id. Raises RuntimeError where it does not run."""
        if self._process is None or self._process.returncode is not None:
            raise RuntimeError(f"{self.name} does not run")
        return self._process.pid

    @property
    def runs(self) -> bool:
        """Whether a process is there."""
        return self._process is not None and self._process.returncode is None

    @property
    def suspended(self) -> bool:
        """Whether the process is stopped by a signal."""
        # It may have ended without the keeper knowing of it yet.
        with suppress(psutil.NoSuchProcess):
            return self.runs and psutil.Process(self.pid).status() == psutil.STATUS_STOPPED
        return False

    @property
    def memory(self) -> int:
        """Resident bytes."""
        return int(psutil.Process(self.pid).memory_info().rss)

    async def start(self, **once: str) -> None:
        """Start it, for this one time with the variables ``once``, and keep it running."""
        self._wanted = True
        await self._launch(once)
        self._keeper = asyncio.create_task(self._keep())

    def send(self, number: int) -> bool:
        """Send it a signal; False where it does not run just now."""
        # It may end between the question and the signal.
        with suppress(ProcessLookupError, RuntimeError):
            os.kill(self.pid, number)
            return True
        return False

    async def until_end(self, seconds: float) -> int:
        """Wait until it ends by itself the next time; how."""
        before = len(self.exits)
        async with asyncio.timeout(seconds):
            while len(self.exits) == before:  # noqa: ASYNC110 - the keeper tells by its list
                await asyncio.sleep(0.05)
        return self.exits[-1]

    async def stop(self, number: int = signal.SIGTERM) -> int:
        """End it by a signal, and do not start it again. How it ended; -9 where it had to be killed."""
        self._wanted = False
        if self._keeper is None:
            return 0
        for each in (number, signal.SIGKILL):
            # One that is suspended hears of SIGTERM when it goes on.
            self.send(each)
            self.send(signal.SIGCONT)
            done, _ = await asyncio.wait([self._keeper], timeout=STOP_SECONDS)
            if done:
                break
        return self.exits[-1]

    async def _launch(self, once: Mapping[str, str]) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                str(PROGRAM),
                self.name.split("-")[0],
                env={**kept, **self._environ, **once},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    async def _keep(self) -> None:
        while True:
            assert self._process is not None
            self.exits.append(await self._process.wait())
            if self._wanted:
                await asyncio.sleep(RESTART_SECONDS)
            if not self._wanted:
                return
            await self._launch({})
            if not self._wanted:
                self.send(signal.SIGKILL)


class Crew:
    """All parts, by name: ``worker-1``, ``state-1``, ``recorder-1``, ..."""

    def __init__(self, environ: Mapping[str, Mapping[str, str]], folder: Path) -> None:
        self._environ = environ
        self._folder = folder
        self.parts: dict[str, Part] = {}

    def __getitem__(self, name: str) -> Part:
        return self.parts[name]

    def of(self, kind: str) -> list[Part]:
        """The parts of a kind: worker, state or recorder."""
        return [part for name, part in self.parts.items() if name.startswith(f"{kind}-")]

    async def add(self, name: str, **once: str) -> Part:
        """Start another part."""
        part = self.parts[name] = Part(name, self._environ[name.split("-", maxsplit=1)[0]], self._folder)
        await part.start(**once)
        return part

    async def stop(self, number: int = signal.SIGTERM) -> None:
        """End all."""
        await asyncio.gather(*(part.stop(number) for part in self.parts.values()))

    def exits(self) -> dict[str, list[int]]:
        """Part -> how it ended by itself, or was made to end, where it did."""
        return {name: part.exits for name, part in self.parts.items() if part.exits}


@asynccontextmanager
async def open_crew(environ: Mapping[str, Mapping[str, str]], folder: Path) -> AsyncIterator[Crew]:
    """No part yet; all that were started are killed at the end. ``environ``: variables by kind of part."""
    crew = Crew(environ, folder)
    try:
        yield crew
    finally:
        await crew.stop(signal.SIGKILL)
