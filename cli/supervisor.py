"""Keep processes running: what ends by itself is started again, what cannot run is said in plain words."""

import asyncio
import signal
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, NoReturn, Self

from emotionstream.cli.embedded.process import Command, OwnedProcess, end_orphan
from emotionstream.cli.log_files import bound_log, keep_last_log
from emotionstream.cli.restarts import HOPELESS, Restart, after_end
from emotionstream.cli.say import Say
from emotionstream.schemas.errors import EmotionStreamError
from emotionstream.schemas.settings.supervisor import SupervisorSettings

_ERROR: Final = "error: "
_TAIL_LINES: Final = 3
_TAIL_CHARS: Final = 500


@dataclass(frozen=True, slots=True)
class KeptState:
    """How a kept process is: its id (None between two starts) and how often it was started again."""

    name: str
    pid: int | None
    restarts: int


class Kept:
    """One process that the supervisor keeps running."""

    def __init__(self, name: str, command: Command) -> None:
        self.name = name
        self.log = command.log
        self.record = command.log.with_suffix(".json")
        self.process = OwnedProcess(command, self.record)
        self.restarts = 0

    def last_words(self) -> str:
        """The error that it printed last, or else the last lines of its log."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines() if self.log.exists() else []
        for line in reversed(lines):
            if line.startswith(_ERROR):
                return line.removeprefix(_ERROR)[:_TAIL_CHARS]
        return " | ".join(line.strip() for line in lines[-_TAIL_LINES:])[-_TAIL_CHARS:] or "nothing"


class Supervisor:
    """Runs ``commands`` (name -> what to run) from entering the context until leaving it.

    What an earlier, killed supervisor left running under the same names is ended first.
    """

    def __init__(self, commands: dict[str, Command], settings: SupervisorSettings, say: Say) -> None:
        self._kept = [Kept(name, command) for name, command in commands.items()]
        self._settings = settings
        self._say = say
        self._keepers: list[asyncio.Task[NoReturn]] = []
        self._held = AsyncExitStack()

    @property
    def states(self) -> Sequence[KeptState]:
        """How each process is."""
        return [
            KeptState(kept.name, kept.process.pid if kept.process.alive else None, kept.restarts) for kept in self._kept
        ]

    async def __aenter__(self) -> Self:
        for kept in self._kept:
            if await asyncio.to_thread(end_orphan, kept.record, signal.SIGTERM, self._settings.stop_seconds):
                self._say(f"ended the {kept.name} that an earlier run left behind")
            keep_last_log(kept.log)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._stop)
            self._keepers = [asyncio.create_task(self._keep(kept), name=f"keep {kept.name}") for kept in self._kept]
            self._held = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._held.aclose()

    async def failure(self) -> NoReturn:
        """Wait until one of the processes cannot run at all, and raise why.

        Raises:
            EmotionStreamError: of the kind that the process's exit code says.
        """
        done, _ = await asyncio.wait(self._keepers, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
        raise AssertionError("a keeper ended without an error")

    async def _keep(self, kept: Kept) -> NoReturn:
        last: Restart | None = None
        while True:
            begun = time.monotonic()
            kept.process.start()
            status = await self._end(kept)
            last = after_end(status, time.monotonic() - begun, last, self._settings)
            if last is None:
                raise _hopeless(kept, status)
            self._say(self._told(kept, status, last))
            await asyncio.sleep(last.delay)
            kept.restarts += 1

    async def _end(self, kept: Kept) -> int:
        while True:
            status = kept.process.exit_status
            if status is not None:
                return status
            bound_log(kept.log, self._settings.log_bytes)
            await asyncio.sleep(self._settings.watch_seconds)

    def _told(self, kept: Kept, status: int, last: Restart) -> str:
        line = f"{kept.name} ended ({ending(status)}); it is started again in {last.delay:g} s"
        if last.ends < self._settings.complain_after:
            return line
        return f"{line}. It keeps ending, {last.ends} times in a row; its last words: {kept.last_words()} ({kept.log})"

    async def _stop(self) -> None:
        for task in self._keepers:
            task.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        await asyncio.gather(*(kept.process.stop(self._settings.stop_seconds) for kept in self._kept))


async def end_orphans(folder: Path, seconds: float, say: Say) -> None:
    """End whatever an earlier, killed supervisor with its logs in ``folder`` left running, also under other names.

    All at once: each is asked to end, and killed after ``seconds``.
    """
    records = await asyncio.to_thread(lambda: sorted(filter(Path.is_file, folder.glob("*.json"))))
    ending_all = (asyncio.to_thread(end_orphan, record, signal.SIGTERM, seconds) for record in records)
    for record, lived in zip(records, await asyncio.gather(*ending_all), strict=True):
        if lived:
            say(f"ended the {record.stem} that an earlier run left behind")


def ending(status: int) -> str:
    """An exit status in words."""
    if status >= 0:
        return f"exit code {status}"
    named = {int(number): number.name for number in signal.Signals}
    # Real-time signals between the first and the last have no name.
    return f"killed by {named.get(-status, f'signal {-status}')}"


def _hopeless(kept: Kept, status: int) -> EmotionStreamError:
    return HOPELESS[status](f"{kept.name} cannot run: {kept.last_words()}")
