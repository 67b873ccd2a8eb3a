"""Soft labels of a larger model, and the unlabelled texts that it read."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import structlog

from emotionstream.schemas.errors import DataError
from emotionstream.training.datasets.example import Example, SoftLabels
from emotionstream.training.datasets.irc_chat import read_irc_chat
from emotionstream.training.datasets.places import IRC, SIGHT, TEACHER, locate
from emotionstream.training.datasets.sight import read_sight
from emotionstream.training.datasets.soft_labels import AGAIN, WIDTHS, mark, read_soft_file

log = structlog.get_logger()


def with_soft_labels(examples: list[Example], folder: Path, name: str) -> list[Example]:
    """``examples`` (a whole file, in file order) with the teacher's labels of ``name``.npz beside them.

    Raises:
        DataError: the labels are missing, broken, or are not about these texts.
    """
    soft = read_soft(folder, name, [example.text for example in examples])
    return [replace(example, soft=soft.get(row)) for row, example in enumerate(examples)]


def read_unlabelled(folder: Path, name: str) -> list[Example]:
    """The texts of ``irc_chat`` or ``sight`` that the teacher has read, with its labels.

    Raises:
        DataError: texts or labels are missing or broken, or do not belong together.
    """
    texts = _TEXTS[name](folder)
    soft = read_soft(folder, name, texts)
    return [Example(texts[row], name, allowed=frozenset(), soft=labels) for row, labels in soft.items() if texts[row]]


def read_soft(folder: Path, name: str, texts: Sequence[str]) -> dict[int, SoftLabels]:
    """0-based row of the source -> what the teacher says. ``texts`` are the whole source, in file order.

    Raises:
        DataError: the file is missing, broken, or of other texts.
    """
    path = locate(folder, TEACHER, f"{name}.npz")
    file = read_soft_file(path)
    if file.rows and max(file.rows) >= len(texts):
        raise DataError(f"{path} has labels of row {max(file.rows)}, but its source has {len(texts)} rows: {AGAIN}")
    if file.mark is None:
        log.warning("soft labels do not say which texts they are of: taken as they are", file=str(path))
    elif file.mark != mark([(row, texts[row]) for row in file.rows]):
        raise DataError(f"{path} has labels of other texts than its source has now: {AGAIN}")
    columns = [file.columns[name].tolist() for name in WIDTHS]
    return {
        row: SoftLabels(tuple(l41), tuple(l28), tuple(bank), tuple(learner))
        for row, l41, l28, bank, learner in zip(file.rows, *columns, strict=True)
    }


def _irc(folder: Path) -> list[str]:
    return [line.text for line in read_irc_chat(folder)]


_TEXTS: dict[str, Callable[[Path], list[str]]] = {IRC: _irc, SIGHT: read_sight}
