"""SIGHT (Wang et al., 2023): comments under lecture videos. Their labels are a language model's, and are not read."""

from pathlib import Path
from typing import Final

from emotionstream.training.datasets.catalogue import SIGHT
from emotionstream.training.datasets.places import locate
from emotionstream.training.datasets.table import Columns, Table, csv_rows

FILE: Final = "sight_dataset.csv"


def read_sight(folder: Path) -> list[str]:
    """All comments, in file order: a teacher's labels go by the row.

    Raises:
        DataError: the file is missing or has no column ``comment``.
    """
    return TABLE.read(locate(folder, SIGHT, FILE))


def _parse(row: Columns) -> str:
    return row["comment"]


TABLE: Final = Table(csv_rows(("comment",), delimiter=" "), _parse)
