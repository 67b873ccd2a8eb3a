"""A wall clock that jumps, in one process: what reads the time of day sees it, what measures durations does not."""

import signal
import sys
import time
from datetime import UTC, datetime, timedelta, tzinfo
from types import FrameType
from typing import Self

_REAL = time.time
_WHOSE = ("emotionstream.", "aiokafka", "faust", "mode", "purgatory")


def jump_on_signal(number: signal.Signals, seconds: float) -> None:
    """From the next ``number`` on the time of day is ``seconds`` later (negative: earlier). Once."""

    def jump(signum: int, frame: FrameType | None) -> None:
        del signum, frame
        _jump(seconds)

    signal.signal(number, jump)


def _jump(seconds: float) -> None:
    shift = timedelta(seconds=seconds)

    class Jumped(datetime):
        """The class of dates, with another idea of now."""

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return datetime.fromtimestamp(_REAL(), tz) + shift  # type: ignore[return-value]  # A plain one, as ever.

        @classmethod
        def utcnow(cls) -> Self:
            return datetime.fromtimestamp(_REAL(), UTC).replace(tzinfo=None) + shift  # type: ignore[return-value]

    time.time = lambda: _REAL() + seconds
    for name, module in list(sys.modules.items()):
        if name.startswith(_WHOSE):
            for variable, real in (("datetime", datetime), ("time", _REAL)):
                if getattr(module, variable, None) is real:
                    setattr(module, variable, Jumped if real is datetime else time.time)
