"""Standard input, output and error as a program may find them: closed, or on a disk that is full."""

import errno
import os
import sys
from contextlib import suppress
from typing import Final

from emotionstream.schemas.errors import EmotionStreamError

_DISK: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EIO})
"""What a disk refuses, and a person can mend."""
_MODES: Final = {"stdin": "r", "stdout": "w", "stderr": "w"}


def open_what_is_closed() -> None:
    """Let a closed stream lead nowhere. Else the next file or socket takes its place, and is written into."""
    for number, name in enumerate(_MODES):
        with suppress(OSError):
            os.fstat(number)
            continue
        os.open(os.devnull, os.O_RDWR)  # The lowest number that is free: this one.
        setattr(sys, name, open(number, _MODES[name], encoding="utf-8", closefd=False))  # noqa: SIM115 - it stays open


def explain_disk(error: BaseException) -> EmotionStreamError | None:
    """What to tell a person where the disk, or what standard output goes to, takes no more; None for anything else."""
    if not isinstance(error, OSError) or error.errno not in _DISK:
        return None
    where = error.filename if error.filename is not None else "standard output"
    return EmotionStreamError(f"{where} cannot be written: {os.strerror(error.errno)}")


def drop_output() -> None:
    """Give up what standard output has not taken: it would be tried again, and fail again, at the end."""
    try:
        sys.stdout.flush()
    except OSError:
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
