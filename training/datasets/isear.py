"""ISEAR (Scherer & Wallbott, 1994): events in which people felt one of seven emotions. For research only."""

from pathlib import Path
from typing import Final

from emotionstream.training.datasets.catalogue import ISEAR
from emotionstream.training.datasets.example import Example
from emotionstream.training.datasets.label_map import one_label
from emotionstream.training.datasets.places import locate

FILE: Final = "isear_train.csv"


def read_isear(folder: Path) -> list[Example]:
    """All rows, in file order.

    Raises:
        DataError: the file is missing or a row names no known emotion.
    """
    return TABLE.read(locate(folder, ISEAR, FILE))


TABLE: Final = one_label(ISEAR)
