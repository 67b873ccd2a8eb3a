"""GoEmotions (Demszky et al., 2020): Reddit comments with one or more of 28 labels."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from emotionstream.inference.model.labels import GOEMOTIONS_LABELS
from emotionstream.schemas.errors import DataError
from emotionstream.training.datasets.example import Example, indices
from emotionstream.training.datasets.places import GOEMOTIONS, locate


@dataclass(frozen=True, slots=True)
class LabelMap:
    """How a source's labels read in the 41 classes."""

    annotatable: frozenset[int]
    emotions: dict[str, frozenset[int]]
    candidates: dict[str, frozenset[int]]
    unknown: dict[str, frozenset[int]]


def read_goemotions(folder: Path, split: str) -> list[Example]:
    """The ``train`` or ``dev`` split, in file order.

    Raises:
        DataError: the file is missing or a line is not text, labels, id.
    """
    path = locate(folder, GOEMOTIONS, f"{split}.tsv")
    lines = path.read_text(encoding="utf-8").splitlines()
    return [_parse(line, number, path) for number, line in enumerate(lines, start=1)]


def _parse(line: str, number: int, path: Path) -> Example:
    try:
        text, ids, _ = line.split("\t")
        labels = frozenset(int(part) for part in ids.split(","))
        names = [GOEMOTIONS_LABELS[label] for label in sorted(labels)]
    except (ValueError, IndexError) as error:
        raise DataError(f"{path} line {number} is not text, label numbers and id, separated by tabs") from error
    return to_example(text, names, labels)


def to_example(text: str, names: list[str], labels: frozenset[int]) -> Example:
    """A comment with its label names in terms of the 41 classes."""
    table = label_map()
    emotions = union(table.emotions, names)
    candidates = union(table.candidates, names)
    unknown = union(table.unknown, names) - emotions
    # A set that already holds a true class says nothing more.
    candidates = frozenset() if candidates & emotions else candidates
    allowed = (table.annotatable - unknown) | emotions | candidates
    return Example(text, GOEMOTIONS, emotions, candidates, allowed, labels=labels)


def union(table: dict[str, frozenset[int]], names: list[str]) -> frozenset[int]:
    """All classes that ``table`` gives for ``names``."""
    return frozenset().union(*(table.get(name, frozenset()) for name in names))


@cache
def label_map() -> LabelMap:
    """The project's map for GoEmotions, with the reasons beside it in the file."""
    raw: dict[str, Any] = json.loads(files(__package__).joinpath("goemotions_map.json").read_text(encoding="utf-8"))
    return LabelMap(
        indices(raw["annotatable"]),
        {label: indices([name]) for label, name in raw["emotions"].items()},
        {label: indices(names) for label, names in raw["candidates"].items()},
        {label: indices(names) for label, names in raw["unknown"].items()},
    )
