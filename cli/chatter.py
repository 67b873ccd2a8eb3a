"""What Kafka's client says, in few lines: it tries again many times a second, and logs each time."""

import copy
import logging
from dataclasses import dataclass
from typing import Final

CLIENT: Final = "aiokafka"
AWAY: Final = "Kafka is away, waiting"
_WAITS: Final = (
    "Unable connect to node",
    "Unable to request metadata from",
    "Unable to update metadata",
    "Failed fetch messages from",
    "Failed fetch offsets from",
    "Error sending %s to node",
    "Marking the coordinator dead",
    "Group Coordinator Request failed",
    "Heartbeat session expired",
    "Heartbeat send request failed",
    "Cannot send %r to",
    "Could not send %r",
    "Got error produce response: %s",
)
"""How the client's lines begin when a broker is gone and it goes on trying."""


@dataclass(slots=True)
class _Heard:
    """When a line was told and when it was heard last, in seconds, and how often in between."""

    told: float
    last: float
    untold: int = 0


class Chatter:
    """Collapses the lines of Kafka's client. Not for several threads: a handler holds its lock meanwhile.

    All that mean a broker that is away become one line, told again after ``quiet_seconds`` without any; another line
    is told once in ``quiet_seconds``, with the number of those that were not. Lines of others are left as they are.
    """

    def __init__(self, quiet_seconds: float) -> None:
        self._quiet = quiet_seconds
        self._heard: dict[str, _Heard] = {}

    def heard(self, record: logging.LogRecord) -> logging.LogRecord | None:
        """What to write for ``record``, None for nothing."""
        if record.name.partition(".")[0] != CLIENT or not isinstance(record.msg, str):
            return record
        if record.msg.startswith(_WAITS):
            return _plain(record) if self._begins(AWAY, record.created) else None
        return self._thinned(record)

    def _begins(self, what: str, now: float) -> bool:
        before = self._heard.get(what)
        self._heard[what] = _Heard(now, now)
        return before is None or now - before.last >= self._quiet

    def _thinned(self, record: logging.LogRecord) -> logging.LogRecord | None:
        before = self._heard.get(record.msg)
        if before is not None and record.created - before.told < self._quiet:
            before.untold += 1
            return None
        self._heard[record.msg] = _Heard(record.created, record.created)
        if before is None or not before.untold:
            return record
        return _said(record, f"{record.getMessage()} (and {before.untold} more like it)")


def _plain(record: logging.LogRecord) -> logging.LogRecord:
    told = _said(record, AWAY)
    told.levelno, told.levelname = logging.WARNING, "WARNING"
    told.exc_info = told.exc_text = None
    return told


def _said(record: logging.LogRecord, words: str) -> logging.LogRecord:
    told = copy.copy(record)
    told.msg, told.args = words, None
    return told
