"""Ctrl-C, SIGTERM and a closed terminal end the work gracefully: what it started is ended in order."""

import asyncio
import signal
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

from emotionstream.cli.say import Say

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


async def until_signal(work: Coroutine[Any, Any, None], say: Say) -> bool:
    """Run ``work`` until it ends, or until the first SIGINT, SIGTERM or SIGHUP cancels it; True if a signal did.

    Later signals are ignored: the work is being ended, and what it started must not be left running.
    """
    task = asyncio.ensure_future(work)
    asked = False

    def stop() -> None:
        nonlocal asked
        if not asked:
            asked = True
            task.cancel()
            # A terminal that was closed cannot be told.
            with suppress(OSError):
                say("stopping")

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
    # nohup asks for SIGHUP to be ignored.
    handled = [number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    for number in handled:
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in handled:
            loop.remove_signal_handler(number)
