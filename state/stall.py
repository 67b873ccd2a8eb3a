"""How long something has not moved."""


class Stall:
    """How long a figure has stood still: a rebuild of any length is well as long as it goes on."""

    def __init__(self, now: float) -> None:
        self._figure: int | None = None
        self._since = now

    def seconds(self, figure: int, now: float) -> float:
        """Seconds, at ``now`` (seconds), since ``figure`` was another one."""
        if figure != self._figure:
            self._figure, self._since = figure, now
        return now - self._since
