"""Which process is meant: its id together with when it started, since ids are used again."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

# Both times come from the same clock; this is for the rounding of a file.
_SAME_START_SECONDS: Final = 0.05
_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
_STARTTIME: Final = 19
"""Field of /proc/PID/stat, counted from the one after the program's name (proc_pid_stat(5))."""


@dataclass(frozen=True, slots=True)
class ProcessId:
    """A process of this machine.

    On Linux ``started`` is in seconds since the boot that ``boot`` names: a clock that is set, as when a laptop wakes
    up, does not move it. Elsewhere it is in seconds since the epoch, and ``boot`` is empty.
    """

    pid: int
    started: float
    boot: str = ""

    @classmethod
    def of(cls, pid: int) -> Self | None:
        """The process that has this id now, None where there is none.

        Raises:
            ImportError: psutil is not installed.
        """
        process = living(pid)
        started = None if process is None else _started(process)
        return None if started is None else cls(pid, started, _boot())

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> Self:
        """From its fields, as JSON holds them.

        Raises:
            KeyError, TypeError, ValueError: they are not.
        """
        return cls(int(raw["pid"]), float(raw["started"]), str(raw.get("boot", "")))

    def find(self) -> Any:
        """This very process as a ``psutil.Process``, None where it has ended.

        Raises:
            ImportError: psutil is not installed.
        """
        process = living(self.pid)
        started = None if process is None else _started(process)
        if started is None or abs(started - self.started) > _SAME_START_SECONDS or _boot() != self.boot:
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


def _started(process: Any) -> float | None:
    if sys.platform != "linux":
        return float(process.create_time())
    try:
        # The name, in parentheses, may hold anything, parentheses too.
        _, _, fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")
    except OSError:
        return None  # It has ended meanwhile.
    return int(fields.split()[_STARTTIME]) / os.sysconf("SC_CLK_TCK")


def _boot() -> str:
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return ""


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
