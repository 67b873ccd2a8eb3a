"""Whether the worker makes progress."""

from emotionstream.consumers.emotion_worker.flow import Flow
from emotionstream.schemas.health import WELL, Check


class Vitals:
    """When the worker last had nothing to do or got something done, by a monotonic clock in seconds."""

    def __init__(self, flow: Flow, now: float) -> None:
        self._flow = flow
        self._lag = 0
        self._progress_at = now

    def observe(self, lag: int, now: float) -> None:
        """``lag`` records wait in Kafka."""
        self._lag = lag
        if not self._waiting:
            self._progress_at = now

    def progress(self, now: float) -> None:
        """Something was delivered."""
        self._progress_at = now

    def check(self, now: float, limit: float) -> Check:
        """Not well: work has waited for over ``limit`` seconds in which nothing was delivered."""
        idle = now - self._progress_at
        if not self._waiting or idle <= limit:
            return WELL
        return Check(ok=False, why=f"{self._waiting} messages wait and none was delivered for {idle:.0f} seconds")

    @property
    def _waiting(self) -> int:
        return self._flow.in_flight + self._lag
