"""One service's folder: whose it is now, who wrote its data, and whether the disk has room."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import Final

from emotionstream.schemas.errors import EmbeddedServiceError

if sys.platform != "win32":
    import fcntl

ELSEWHERE: Final = "or set EMOTIONSTREAM_EMBEDDED_FOLDER to another folder"
_MIB: Final = 1024 * 1024


@contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Hold ``folder`` for this process alone. The lock goes with the process, also after kill -9.

    Raises:
        EmbeddedServiceError: another living program holds it, or it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Unbuffered: a full disk is told here, not at the end.
        file = (folder / "owner.lock").open("ab+", buffering=0)
    except OSError as error:
        raise _unusable(folder, error) from error
    with file:
        _lock(file, folder)
        try:
            file.truncate(0)
            file.write(str(os.getpid()).encode())
        except OSError as error:
            raise _unusable(folder, error) from error
        yield


def _lock(file: FileIO, folder: Path) -> None:
    if sys.platform == "win32":
        raise EmbeddedServiceError(
            "embedded services need Linux or macOS: "
            "set KAFKA_BOOTSTRAP_SERVERS and DATABASE_URL to services of your own"
        )
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.seek(0)
        owner = file.read().decode(errors="replace").strip() or "unknown"
        raise EmbeddedServiceError(
            f"{folder} is in use by another emotionstream program (process {owner}). Stop that one, {ELSEWHERE}"
        ) from error


def _unusable(folder: Path, error: OSError) -> EmbeddedServiceError:
    return EmbeddedServiceError(
        f"{folder} cannot be written: {error}. Make it writable or free some space, {ELSEWHERE}"
    )


def require_name(service: str, folder: Path) -> None:
    """Raise EmbeddedServiceError where ``folder`` has a comma or a line break: both services take it for two."""
    for sign, told in ((",", "a comma"), ("\n", "a line break")):
        if sign in str(folder):
            raise EmbeddedServiceError(
                f"{service} cannot use {str(folder)!r}: there is {told} in its name. Rename it, {ELSEWHERE} without one"
            )


def require_space(folder: Path, min_free_mb: int) -> None:
    """Raise EmbeddedServiceError where less than ``min_free_mb`` MiB are free."""
    free = shutil.disk_usage(folder).free // _MIB
    if free < min_free_mb:
        raise EmbeddedServiceError(
            f"the disk of {folder} is almost full: {free} MiB free, {min_free_mb} MiB needed "
            f"(EMOTIONSTREAM_EMBEDDED_MIN_FREE_MB). Free some space, {ELSEWHERE}"
        )


def require_version(service: str, folder: Path, written_by: str | None, ours: str) -> None:
    """Raise EmbeddedServiceError where data of another major or a newer version lies in ``folder``.

    ``written_by`` is the version that wrote the data, None where there is no telling.
    """
    away = f"Move {folder} away to start with empty data, {ELSEWHERE}"
    if written_by is None:
        raise EmbeddedServiceError(
            f"{folder} holds something that {service} {ours} of this program did not make. {away}"
        )
    theirs, mine = _numbers(written_by), _numbers(ours)
    if theirs > mine:
        raise EmbeddedServiceError(
            f"{folder} was written by the newer {service} {written_by}; this program brings {ours}. "
            f"Use the newer emotionstream again. {away}"
        )
    if theirs[:1] != mine[:1]:
        raise EmbeddedServiceError(
            f"{folder} was written by {service} {written_by}; this program brings {ours}, which cannot read it. {away}"
        )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
