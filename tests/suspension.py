"""A process that does not run for a while, and does not know of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import psutil
from waiting import until


@asynccontextmanager
async def suspended(pid: int) -> AsyncIterator[None]:
    """Inside the block no thread of the process runs.

    The signal alone only asks for that: on a busy machine a thread may still answer a request before it stops.
    """
    process = psutil.Process(pid)
    process.suspend()
    try:
        await until(lambda: is_stopped(pid))
        yield
    finally:
        with suppress(psutil.NoSuchProcess):
            process.resume()


def is_stopped(pid: int) -> bool:
    """Whether a signal has stopped the process, all of its threads where the system tells of them."""
    threads = Path(f"/proc/{pid}/task")
    if not threads.is_dir():
        return bool(psutil.Process(pid).status() == psutil.STATUS_STOPPED)
    return all(_state(stat) in {"T", ""} for stat in threads.glob("*/stat"))


def _state(stat: Path) -> str:
    """A thread's state by its ``stat`` file; empty where it has ended."""
    try:
        # It follows the program's name, which stands in brackets and may hold anything.
        return stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""
