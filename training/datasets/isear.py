"""ISEAR (Scherer & Wallbott, 1994): events in which people felt one of seven emotions. For research only."""

from pathlib import Path
from typing import Final

from emotionstream.training.datasets.catalogue import ISEAR
from emotionstream.training.datasets.example import Example
from emotionstream.training.datasets.label_map import label_map
from emotionstream.training.datasets.places import locate
from emotionstream.training.datasets.table import Columns, Table, csv_rows, one_of, some_text

FILE: Final = "isear_train.csv"


def read_isear(folder: Path) -> list[Example]:
    """All rows, in file order.

    Raises:
        DataError: the file is missing or a row names no known emotion.
    """
    return TABLE.read(locate(folder, ISEAR, FILE))


def _parse(row: Columns) -> Example:
    table = label_map(ISEAR)
    emotion = one_of(row["emotion"], table.labels, "emotion")
    return table.example(some_text(row["text"], "text"), ISEAR, [emotion])


TABLE: Final = Table(csv_rows(("emotion", "text")), _parse)
