"""The learner corpus: learners' chat messages, written for this project by its annotation guide."""

from pathlib import Path
from typing import Any

from emotionstream.training.datasets.example import Example, indices
from emotionstream.training.datasets.learner_rows import check_message
from emotionstream.training.datasets.places import LEARNER, locate, place_of
from emotionstream.training.datasets.table import Table, json_lines

TRAIN_FILES = ("messages_train", "messages_train_2")
"""What is trained on at least; `train_files` are all that are there."""
DEV_FILES = ("messages_dev", "messages_dev_2")


def train_files(folder: Path) -> list[str]:
    """Every ``messages_train*.jsonl`` of the data set, without the ending, in order: a later batch just lies there."""
    return _named(folder, "messages_train*.jsonl")


def dev_files(folder: Path) -> list[str]:
    """Every ``messages_dev*.jsonl`` of the data set, without the ending, in order: none of them is trained on."""
    return _named(folder, "messages_dev*.jsonl")


def _named(folder: Path, pattern: str) -> list[str]:
    return sorted(path.stem for path in place_of(folder, LEARNER).glob(pattern))


def read_messages(folder: Path, name: str) -> list[Example]:
    """The messages of ``name``.jsonl, in file order.

    Raises:
        DataError: the file is missing or broken, or a line is not as `docs/data.md` asks. The message names the line.
    """
    return Table(json_lines, _message).read(locate(folder, LEARNER, f"{name}.jsonl"))


def _message(row: dict[str, Any]) -> Example:
    text = check_message(row)
    emotion, also = indices([row["emotion"]]), indices(row["also"])
    pleasure, arousal, dominance = (float(value) for value in row["pad"])
    # A class that a careful reader would accept as well is unknown, not wrong.
    every = Example(text, LEARNER).allowed
    pad = (pleasure, arousal, dominance)
    return Example(text, LEARNER, emotion, allowed=every - (also - emotion), also=also, pad_learner=pad)
