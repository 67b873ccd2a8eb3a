"""Files that commands write, and what the system says where it refuses one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from emotionstream.schemas.errors import EmotionStreamError


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Name ``path`` where the system refuses to write it.

    Raises:
        EmotionStreamError: it does.
    """
    try:
        yield
    except OSError as error:
        raise EmotionStreamError(f"{error.filename or path} cannot be written: {reason(error)}") from error


def reason(error: OSError) -> str:
    """Why, in the system's words, without the file's name."""
    return error.strerror or str(error)
