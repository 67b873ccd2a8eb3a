"""The log files of the processes that we keep running: one for this start, one from before, neither without bound."""

import os
import shutil
from contextlib import suppress
from pathlib import Path


def keep_last_log(log: Path) -> None:
    """Begin a new log; the one before is kept beside it."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists():
        log.replace(earlier(log))


def bound_log(log: Path, most_bytes: int) -> None:
    """Begin ``log`` anew once it has ``most_bytes``; what it held is kept beside it, in place of what was there.

    The process that writes it goes on: it appends. What it writes in between the two steps may be lost.
    """
    with suppress(FileNotFoundError):
        if log.stat().st_size < most_bytes:
            return
        # A full disk does not take the copy; the room that the log takes is needed all the more.
        with suppress(OSError):
            shutil.copyfile(log, earlier(log))
        os.truncate(log, 0)


def earlier(log: Path) -> Path:
    """Where the log before this one is."""
    return log.with_suffix(f"{log.suffix}.1")
