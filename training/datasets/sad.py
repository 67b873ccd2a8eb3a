"""Stress Annotated Dataset (Mauriello et al., 2021): everyday stressors, their topic and severity of 0 to 10.

Weak labels: nobody rated an emotion. No PAD.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from emotionstream.training.datasets.catalogue import SAD
from emotionstream.training.datasets.example import Example, indices
from emotionstream.training.datasets.label_map import EVERY, rules
from emotionstream.training.datasets.places import locate
from emotionstream.training.datasets.table import Columns, Table, number, one_of, sheet_table, some_text

FILE: Final = "SAD_v1.xlsx"
_LOWEST, _HIGHEST = 0.0, 10.0


def read_sad(folder: Path) -> list[Example]:
    """All sentences, in file order. Those that are mild stressors of other topics carry no class.

    Raises:
        DataError: the file is missing or a row lacks a column or a number.
    """
    return TABLE.read(locate(folder, SAD, FILE))


def _parse(row: Columns) -> Example:
    text = some_text(row["sentence"], "sentence")
    stressor = one_of(row["is_stressor"], ("0", "1"), "is_stressor") == "1"
    severity = number(row["avg_severity"], _LOWEST, _HIGHEST, "avg_severity")
    return to_example(text, row["top_label"], severity if stressor else None)


def to_example(text: str, topic: str, severity: float | None) -> Example:
    """A sentence with its topic and, if it is a stressor, how severe raters found it (0 to 10)."""
    rule = rules(SAD)
    weight = rule["weight"]
    body = _body(text, rule["words"]) if topic == rule["about_health"] else frozenset[int]()
    severe = indices(rule["severe"]) if severity is not None and severity >= rule["severe_from"] else frozenset[int]()
    if body or severe:
        words = indices(rule["words"]) if body else frozenset[int]()
        allowed = body | severe | words | indices(rule["against"])
        return Example(text, SAD, body, severe, allowed, weight=weight)
    others = EVERY - indices([rule["no_stressor_is_not"]]) if severity is None else frozenset[int]()
    return Example(text, SAD, candidates=others, weight=weight)


def _body(text: str, words: dict[str, Sequence[str]]) -> frozenset[int]:
    """The one class whose words stand in the text; none where those of several do."""
    folded = text.casefold()
    found = [name for name, parts in words.items() if any(part in folded for part in parts)]
    return indices(found) if len(found) == 1 else frozenset()


TABLE: Final = Table(sheet_table(("sentence", "is_stressor", "top_label", "avg_severity")), _parse, "row")
