"""How sources' labels read in the 41 classes: ``label_maps.toml``, with the reasons beside it."""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from emotionstream.schemas.emotions import EMOTIONS
from emotionstream.training.datasets.example import Example, indices
from emotionstream.training.datasets.table import Columns, Table, csv_rows, one_of, some_text

EVERY = frozenset(range(len(EMOTIONS)))


@dataclass(frozen=True, slots=True)
class Label:
    """What one label says. ``open`` classes are unknown in its rows; ``against`` are known not to be true."""

    emotions: frozenset[int]
    candidates: frozenset[int]
    open: frozenset[int]
    against: frozenset[int]
    weight: float


@dataclass(frozen=True, slots=True)
class LabelMap:
    """How a source's labels read in the 41 classes.

    A row's softmax runs over ``choices``; where a source has ``sides`` instead, over the sides that no label of the
    row is on.
    """

    choices: frozenset[int]
    sides: tuple[frozenset[int], ...]
    labels: dict[str, Label]

    def example(self, text: str, source: str, names: Sequence[str], labels: frozenset[int] | None = None) -> Example:
        """A text with its label names in terms of the 41 classes.

        Raises:
            KeyError: the source has no such label.
        """
        said = [self.labels[name] for name in names]
        emotions = _union(label.emotions for label in said)
        candidates = _union(label.candidates for label in said)
        # A set that already holds a true class says nothing more.
        candidates = frozenset() if candidates & emotions else candidates
        unknown = _union(label.open for label in said) - emotions
        allowed = (self._choices(emotions | candidates) - unknown) | emotions | candidates
        allowed |= _union(label.against for label in said)
        weight = min((label.weight for label in said), default=1.0)
        return Example(text, source, emotions, candidates, allowed, labels=labels, weight=weight)

    def _choices(self, said: frozenset[int]) -> frozenset[int]:
        on = [side for side in self.sides if side & said]
        return self.choices | (_union(side for side in self.sides if side not in on) if on else frozenset())


@cache
def label_map(source: str) -> LabelMap:
    """The map of ``source``."""
    raw = rules(source)
    sides = tuple(indices(side) for side in raw.get("sides", ()))
    labels = {name: _label(row, float(raw["weight"])) for name, row in raw["labels"].items()}
    return LabelMap(indices(raw.get("choices", ())), sides, labels)


def one_label(source: str) -> Table[Columns, Example]:
    """A CSV file of ``source`` with a ``text`` and the one label of it, ``emotion``."""

    def make(row: Columns) -> Example:
        table = label_map(source)
        emotion = one_of(row["emotion"], table.labels, "emotion")
        return table.example(some_text(row["text"], "text"), source, [emotion])

    return Table(csv_rows(("emotion", "text")), make)


@cache
def rules(source: str) -> dict[str, Any]:
    """What ``label_maps.toml`` says of ``source``."""
    whole = tomllib.loads(files(__package__).joinpath("label_maps.toml").read_text(encoding="utf-8"))
    found: dict[str, Any] = whole[source]
    return found


def _label(row: dict[str, Any], weight: float) -> Label:
    return Label(
        emotions=indices([row["is"]] if "is" in row else []),
        candidates=indices(row.get("one_of", ())),
        open=indices(row.get("open", ())),
        against=indices(row.get("against", ())),
        weight=float(row.get("weight", weight)),
    )


def _union(sets: Iterable[frozenset[int]]) -> frozenset[int]:
    return frozenset().union(*sets)
