"""Ctrl-C and SIGTERM end the work gracefully; the program then ends with what it was doing undone in order."""

import asyncio
import signal
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, Final

from emotionstream.cli.embedded.service import Say

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


async def until_signal(work: Coroutine[Any, Any, None], say: Say) -> bool:
    """Run ``work`` until it ends, or until the first SIGINT or SIGTERM cancels it; True if a signal did.

    Later signals are ignored: the work is being ended, and what it started must not be left running.
    """
    task = asyncio.ensure_future(work)
    asked = False

    def stop() -> None:
        nonlocal asked
        if not asked:
            say("stopping")
            task.cancel()
        asked = True

    with _handling(stop):
        try:
            await task
        except asyncio.CancelledError:
            if not asked:
                raise
    return asked


@contextmanager
def _handling(stop: Any) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
