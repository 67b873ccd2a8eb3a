"""Places in the delivery of a batch where a test lets the worker fail."""

import asyncio
import os
import signal
from datetime import timedelta
from typing import Final, Protocol

import structlog

from emotionstream.schemas.settings.faults import FaultAction, FaultPoint, FaultSettings

logger = structlog.get_logger()
_SIGNALS: Final = {FaultAction.KILL: signal.SIGKILL, FaultAction.STOP: signal.SIGSTOP}


class Failpoints(Protocol):
    """What happens at each place."""

    async def reach(self, point: FaultPoint) -> None:
        """The delivery is at ``point``."""


class Unharmed:
    """Nothing ever happens."""

    async def reach(self, point: FaultPoint) -> None:
        """See ``Failpoints``."""


class Armed:
    """One fault at one place, once."""

    def __init__(self, settings: FaultSettings) -> None:
        self._settings = settings
        self._passed = 0

    async def reach(self, point: FaultPoint) -> None:
        """See ``Failpoints``."""
        if point is not self._settings.point:
            return
        self._passed += 1
        if self._passed == self._settings.passes + 1:
            await asyncio.sleep(timedelta(milliseconds=self._settings.delay_ms).total_seconds())
            os.kill(os.getpid(), _SIGNALS[self._settings.action])


def failpoints(settings: FaultSettings) -> Failpoints:
    """What ``settings`` ask for."""
    if settings.point is None:
        return Unharmed()
    logger.warning("this worker fails on purpose", point=settings.point.value, action=settings.action.value)
    return Armed(settings)
