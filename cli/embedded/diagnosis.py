"""From what a service logged before it gave up, what a person can do. Pure."""

from pathlib import Path
from typing import Final

from emotionstream.cli.embedded.folder import ELSEWHERE
from emotionstream.schemas.errors import EmbeddedServiceError

_KNOWN: Final = (
    ("No space left on device", "the disk is full. Free some space, " + ELSEWHERE),
    ("Disk quota exceeded", "the disk quota is used up. Free some space, " + ELSEWHERE),
    ("Read-only file system", "the disk is read-only. Use a disk that can be written: " + ELSEWHERE),
    ("Address already in use", "its port is taken. Start again to get another one, or free the port"),
    ("OutOfMemoryError", "it needs more memory. Raise EMOTIONSTREAM_EMBEDDED_KAFKA_HEAP_MB"),
    ("insufficient memory for the Java Runtime", "the machine has not enough free memory. Close other programs"),
    (
        "could not map anonymous shared memory",
        "not enough free memory. Lower EMOTIONSTREAM_EMBEDDED_POSTGRES_BUFFERS_MB",
    ),
    ("incompatible with server", "its data is another version's. Move the folder away to start with empty data"),
    ("is not the same as", "its data is another cluster's. Move the folder away to start with empty data"),
    ("pre-existing shared memory block", "processes of its last run are still ending. Start again in some seconds"),
    ("Failed to acquire lock on file .lock", "another Kafka uses its data. End that one, " + ELSEWHERE),
)
PORT_TAKEN: Final = "its port is taken"
STILL_ENDING: Final = "processes of its last run are still ending"
_TAIL_LINES: Final = 5
_TAIL_CHARS: Final = 300


def explain(service: str, folder: Path, log: str, what: str) -> EmbeddedServiceError:
    """The error for a ``service`` that ``what`` ("ended with status 1", "did not answer ..."), by its ``log``."""
    for sign, advice in _KNOWN:
        if sign in log:
            return EmbeddedServiceError(f"{service} in {folder} {what}: {advice}")
    tail = " | ".join(line.strip()[:_TAIL_CHARS] for line in log.splitlines()[-_TAIL_LINES:])
    return EmbeddedServiceError(
        f"{service} in {folder} {what}. Its log ({folder / service.lower()}.log) ends with: {tail or 'nothing'}. "
        f"If the data is damaged, move {folder} away to start with empty data, {ELSEWHERE}"
    )
