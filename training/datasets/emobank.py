"""EmoBank (Buechel & Hahn, 2017): sentences rated for valence, arousal and dominance on 1 to 5."""

from pathlib import Path
from typing import Final

from emotionstream.training.datasets.catalogue import EMOBANK
from emotionstream.training.datasets.example import Example
from emotionstream.training.datasets.places import locate
from emotionstream.training.datasets.table import Columns, Table, csv_rows, number, one_of

_LOWEST, _HIGHEST = 1.0, 5.0
TRAIN: Final = "train"
DEV: Final = "dev"
TEST: Final = "test"


def read_emobank(folder: Path, split: str) -> list[Example]:
    """The ``train`` or ``dev`` split; ratings mapped to [0, 1] by (x - 1) / 4.

    Raises:
        DataError: the file is missing or a rating is no number.
    """
    rows = TABLE.read(locate(folder, EMOBANK, "emobank_train_dev.csv"))
    return [example for of, example in rows if of == split]


def _parse(row: Columns) -> tuple[str, Example]:
    pad = (_unit(row, "V"), _unit(row, "A"), _unit(row, "D"))
    split = one_of(row["split"], (TRAIN, DEV, TEST), "split")
    return split, Example(row["text"], EMOBANK, allowed=frozenset(), pad_emobank=pad)


def _unit(row: Columns, column: str) -> float:
    return (number(row[column], _LOWEST, _HIGHEST, column) - _LOWEST) / (_HIGHEST - _LOWEST)


TABLE: Final = Table(csv_rows(("split", "V", "A", "D", "text")), _parse)
"""Rows with their split."""
