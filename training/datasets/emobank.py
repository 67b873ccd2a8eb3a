"""EmoBank (Buechel & Hahn, 2017): sentences rated for valence, arousal and dominance on 1 to 5."""

import csv
from pathlib import Path

from emotionstream.schemas.errors import DataError
from emotionstream.training.datasets.example import Example
from emotionstream.training.datasets.places import EMOBANK, locate

_LOWEST, _RANGE = 1.0, 4.0


def read_emobank(folder: Path, split: str) -> list[Example]:
    """The ``train`` or ``dev`` split; ratings mapped to [0, 1] by (x - 1) / 4.

    Raises:
        DataError: the file is missing or a rating is no number.
    """
    path = locate(folder, EMOBANK, "emobank_train_dev.csv")
    with path.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["split"] == split]
    try:
        return [
            Example(
                row["text"],
                EMOBANK,
                allowed=frozenset(),
                pad_emobank=(_unit(row["V"]), _unit(row["A"]), _unit(row["D"])),
            )
            for row in rows
        ]
    except (KeyError, ValueError) as error:
        raise DataError(f"{path} does not have numbers in the columns V, A and D") from error


def _unit(rating: str) -> float:
    return (float(rating) - _LOWEST) / _RANGE
