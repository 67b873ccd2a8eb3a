"""What ``evaluate`` reads and writes, looked at before anything is measured."""

import errno
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import typer

from emotionstream.cli.writing import reason
from emotionstream.schemas.errors import DataError

_STDIN: Final = "-"


@dataclass(frozen=True, slots=True)
class Places:
    """Where an evaluation goes: a folder, a file of predictions; and the training log that is drawn in the folder."""

    to: Path | None
    predictions: Path | None
    log: Path | None

    def check(self) -> None:
        """See that all of it can be written, and the log be read.

        Raises:
            typer.BadParameter: a place cannot be written, or the log is for a folder that is not named.
            DataError: the log is no training log.
        """
        if self.predictions is not None:
            _check_file(self.predictions)
        if self.to is not None:
            _check_folder(self.to)
        if self.log is not None:
            if self.to is None:
                raise typer.BadParameter("--log is drawn into the folder that --to names: give both")
            from emotionstream.training.evaluate.curves import read_curves

            read_curves(self.log)

    def keep_apart(self, checkpoint: Path, data: Sequence[Path]) -> None:
        """See that nothing that is read is written over.

        Raises:
            typer.BadParameter: the predictions would go over a file of the data, the checkpoint or the log, or the
                figures into the data or over the checkpoint's own.
        """
        read = [path for path in data if str(path) != _STDIN]
        logs = [] if self.log is None else [self.log]
        if self.predictions is not None and (
            any(_lies_in(self.predictions, path) for path in [*read, checkpoint, *logs])
            or (len(read) < len(data) and _is_stdin(self.predictions))
        ):
            raise typer.BadParameter(f"--predictions {self.predictions} is read here: name another file")
        if self.to is not None and _same(self.to, checkpoint):
            raise typer.BadParameter(f"--to {self.to} is the checkpoint: name another folder; --write stores into it")
        if self.to is not None and any(_same(self.to, path) for path in read):
            raise typer.BadParameter(f"--to {self.to} is what is measured on: name another folder")


def check_data(paths: Sequence[Path]) -> None:
    """See that each path is a folder, a regular file, or ``-`` for standard input.

    Raises:
        DataError: one is not.
    """
    for path in paths:
        if str(path) == _STDIN:
            continue
        if not is_there(path):
            raise DataError(f"{path}: there is no such file or folder")
        if not path.is_file() and not path.is_dir():
            raise DataError(f"{path} is no regular file: copy what it gives to one, or pipe it in and name it `-`")


def is_there(path: Path) -> bool:
    """Whether there is anything at ``path``; at a name that no file can have (it is too long, say) there is not."""
    try:
        return path.exists()
    except OSError:
        return False


def _lies_in(file: Path, place: Path) -> bool:
    """Whether ``file``, which is there, is ``place`` or in it."""
    return is_there(file) and is_there(place) and file.resolve().is_relative_to(place.resolve())


def _is_stdin(file: Path) -> bool:
    return is_there(file) and os.path.samestat(file.stat(), os.fstat(sys.stdin.fileno()))


def _same(one: Path, other: Path) -> bool:
    return is_there(one) and is_there(other) and one.samefile(other)


def _check_file(path: Path) -> None:
    _check_parent(path)
    there = os.path.lexists(path)
    if there and not path.is_file() and not path.is_dir():
        return  # A pipe or a device: to open it may wait for a reader.
    try:
        with path.open("ab"):
            pass
        if not there:
            path.unlink()
    except OSError as error:
        raise typer.BadParameter(f"--predictions {path} cannot be written: {reason(error)}") from error


def _check_folder(path: Path) -> None:
    _check_parent(path)
    try:
        if path.exists() and not path.is_dir():
            raise typer.BadParameter(f"--to {path} is no folder: name a folder, which is made if there is none")
    except OSError as error:
        raise typer.BadParameter(f"--to {path} cannot be made: {reason(error)}") from error
    if not os.access(path if path.exists() else path.absolute().parent, os.W_OK | os.X_OK):
        raise typer.BadParameter(f"--to {path} cannot be written: {os.strerror(errno.EACCES)}")


def _check_parent(path: Path) -> None:
    folder = path.absolute().parent
    if not (is_there(folder) and folder.is_dir()):
        raise typer.BadParameter(f"there is no folder {folder}: make it first")
