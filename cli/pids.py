"""Which process is meant: its id together with when it started, since ids are used again."""

import os
import sys
from dataclasses import dataclass
from typing import Any, Final, Self

# Both times come from the same kernel clock; this is for the rounding of a file.
_SAME_START_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class ProcessId:
    """A process of this machine; ``started`` in seconds since the epoch, 0 where psutil is not there to say."""

    pid: int
    started: float

    @classmethod
    def of(cls, pid: int) -> Self | None:
        """The process that has this id now, None where there is none."""
        process = living(pid)
        return None if process is None else cls(pid=pid, started=process.create_time())

    def find(self) -> Any:
        """This very process as a ``psutil.Process``, None where it has ended.

        Raises:
            ImportError: psutil is not installed.
        """
        process = living(self.pid)
        if process is None or abs(process.create_time() - self.started) > _SAME_START_SECONDS:
            return None
        return process

    def lives(self) -> bool:
        """Whether this very process lives; without psutil, whether there is one with its id."""
        try:
            return self.find() is not None
        except ImportError:
            return _has_id(self.pid)


def living(pid: int) -> Any:
    """The process that has this id now as a ``psutil.Process``, None where there is none or it is a zombie.

    Raises:
        ImportError: psutil is not installed.
    """
    import psutil  # type: ignore[import-untyped]  # It ships no type information.

    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process
    except psutil.Error:
        return None


def _has_id(pid: int) -> bool:
    if sys.platform == "win32":
        return False  # There, signal 0 is not a question.
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
