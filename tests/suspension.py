"""A process that does not run for a while, and does not know of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
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
        await until(lambda: stands(pid))
        yield
    finally:
        process.resume()


def stands(pid: int) -> bool:
    """Whether a signal has stopped the process, all of its threads where the system tells of them."""
    threads = Path(f"/proc/{pid}/task")
    if not threads.is_dir():
        return bool(psutil.Process(pid).status() == psutil.STATUS_STOPPED)
    # The state follows the program's name, which stands in brackets and may hold anything.
    return all(stat.read_text().rpartition(")")[2].split()[0] == "T" for stat in threads.glob("*/stat"))
