"""GoEmotions (Demszky et al., 2020): Reddit comments with one or more of 28 labels."""

from pathlib import Path
from typing import Final

from emotionstream.inference.model.labels import GOEMOTIONS_LABELS
from emotionstream.training.datasets.catalogue import GOEMOTIONS
from emotionstream.training.datasets.example import Example
from emotionstream.training.datasets.label_map import label_map
from emotionstream.training.datasets.places import locate
from emotionstream.training.datasets.table import RowError, Table, line_rows, some_text


def read_goemotions(folder: Path, split: str) -> list[Example]:
    """The ``train`` or ``dev`` split, in file order.

    Raises:
        DataError: the file is missing or a line is not text, labels, id.
    """
    return TABLE.read(locate(folder, GOEMOTIONS, f"{split}.tsv"))


def _parse(line: str) -> Example:
    try:
        text, ids, _ = line.split("\t")
        labels = frozenset(int(part) for part in ids.split(","))
        names = [GOEMOTIONS_LABELS[label] for label in sorted(labels) if label >= 0]
    except (ValueError, IndexError) as error:
        raise RowError(
            "not text, label numbers and id, separated by tabs",
            f"write three fields, the label numbers from 0 to {len(GOEMOTIONS_LABELS) - 1} with commas between",
        ) from error
    return to_example(some_text(text, "the text"), names, labels)


def to_example(text: str, names: list[str], labels: frozenset[int]) -> Example:
    """A comment with its label names in terms of the 41 classes."""
    return label_map(GOEMOTIONS).example(text, GOEMOTIONS, names, labels)


TABLE: Final = Table(line_rows, _parse)
