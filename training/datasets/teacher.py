"""Soft labels of a larger model, and the unlabelled texts that it read."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from emotionstream.schemas.errors import DataError
from emotionstream.training.datasets.example import Example, SoftLabels
from emotionstream.training.datasets.irc_chat import read_irc_chat
from emotionstream.training.datasets.places import IRC, SIGHT, TEACHER, locate
from emotionstream.training.datasets.sight import read_sight


def with_soft_labels(examples: list[Example], folder: Path, name: str) -> list[Example]:
    """``examples`` (a whole file, in file order) with the teacher's labels of ``name``.npz beside them.

    Raises:
        DataError: the labels are missing or are not about this file.
    """
    soft = read_soft(folder, name)
    if soft and max(soft) >= len(examples):
        raise DataError(f"the teacher's labels {name!r} do not fit their source: it has only {len(examples)} rows")
    return [replace(example, soft=soft.get(row)) for row, example in enumerate(examples)]


def read_unlabelled(folder: Path, name: str) -> list[Example]:
    """The texts of ``irc_chat`` or ``sight`` that the teacher has read, with its labels."""
    texts = _TEXTS[name](folder)
    soft = read_soft(folder, name)
    return [Example(texts[row], name, allowed=frozenset(), soft=labels) for row, labels in soft.items() if texts[row]]


def read_soft(folder: Path, name: str) -> dict[int, SoftLabels]:
    """0-based row of the source file -> what the teacher says."""
    with np.load(locate(folder, TEACHER, f"{name}.npz"), allow_pickle=False) as arrays:
        columns = [arrays[key].tolist() for key in ("rows", "logits41", "logits28", "pad_emobank", "pad_learner")]
    return {
        row: SoftLabels(tuple(l41), tuple(l28), tuple(bank), tuple(learner))
        for row, l41, l28, bank, learner in zip(*columns, strict=True)
    }


def _irc(folder: Path) -> list[str]:
    return [line.text for line in read_irc_chat(folder)]


_TEXTS: dict[str, Callable[[Path], list[str]]] = {IRC: _irc, SIGHT: read_sight}
