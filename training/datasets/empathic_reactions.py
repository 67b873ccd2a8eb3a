"""Empathic reactions to news (Buechel et al., 2018): essays whose writers rated their own distress and empathy.

Weak labels: two ratings of 1 to 7, and nothing of the other classes. No PAD.
"""

from pathlib import Path
from typing import Final

from emotionstream.training.datasets.catalogue import EMPATHIC_REACTIONS
from emotionstream.training.datasets.example import Example, indices
from emotionstream.training.datasets.label_map import EVERY, rules
from emotionstream.training.datasets.places import locate
from emotionstream.training.datasets.table import Columns, Table, csv_rows, number, some_text

FILE: Final = "messages.csv"
_LOWEST, _HIGHEST = 1.0, 7.0


def read_empathic_reactions(folder: Path) -> list[Example]:
    """All essays, in file order. Those with middling ratings carry no class.

    Raises:
        DataError: the file is missing or a rating is no number from 1 to 7.
    """
    return TABLE.read(locate(folder, EMPATHIC_REACTIONS, FILE))


def _parse(row: Columns) -> Example:
    rule = rules(EMPATHIC_REACTIONS)
    ratings = {name: number(row[column], _LOWEST, _HIGHEST, column) for column, name in rule["ratings"].items()}
    felt = indices(name for name, value in ratings.items() if value >= rule["yes_from"])
    not_felt = indices(name for name, value in ratings.items() if value <= rule["no_to"])
    text, weight = some_text(row["essay"], "essay"), rule["weight"]
    if felt:
        allowed = felt | not_felt | indices(rule["against"])
        return Example(text, EMPATHIC_REACTIONS, felt, allowed=allowed, weight=weight)
    # Something else is felt, if nothing but what was denied can be ruled out.
    others = EVERY - not_felt if not_felt else frozenset[int]()
    return Example(text, EMPATHIC_REACTIONS, candidates=others, weight=weight)


TABLE: Final = Table(csv_rows(("empathy", "distress", "essay")), _parse)
