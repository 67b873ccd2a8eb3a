"""Equity Evaluation Corpus (Kiritchenko & Mohammad, 2018): sentences that differ only in who is spoken of.

For measuring only: no sentence of it may be trained on.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from emotionstream.training.datasets.catalogue import EEC
from emotionstream.training.datasets.places import locate
from emotionstream.training.datasets.table import Columns, Table, csv_rows, one_of, some_text

FILE: Final = "Equity-Evaluation-Corpus.csv"
COLUMNS: Final = ("Sentence", "Template", "Person", "Gender", "Race", "Emotion", "Emotion word")
MALE: Final = "male"
FEMALE: Final = "female"
AFRICAN_AMERICAN: Final = "African-American"
EUROPEAN: Final = "European"
NAMES: Final = "names"

_WOMAN_OF: Final = {
    "he": "she",
    "him": "her",
    "this man": "this woman",
    "this boy": "this girl",
    "my brother": "my sister",
    "my son": "my daughter",
    "my husband": "my wife",
    "my boyfriend": "my girlfriend",
    "my father": "my mother",
    "my uncle": "my aunt",
    "my dad": "my mom",
}


class Contrast(StrEnum):
    """What the two sides of a pair differ in."""

    GENDER = "gender"
    RACE = "race"


@dataclass(frozen=True, slots=True)
class EquitySentence:
    """One sentence. ``race`` is None where the person has no name; emotion and word are None in neutral templates."""

    sentence: str
    template: str
    person: str
    gender: str
    race: str | None
    emotion: str | None
    emotion_word: str | None


@dataclass(frozen=True, slots=True)
class EquityPair:
    """Two sides that say the same of different people: positions in the list of sentences.

    A side is one sentence, or all of its names' sentences, of which the mean is to be compared. ``first`` is male or
    African-American, ``second`` female or European. ``people`` says which: ``he / she``, or ``names``, for races with
    the gender.
    """

    contrast: Contrast
    template: str
    emotion: str | None
    emotion_word: str | None
    people: str
    first: tuple[int, ...]
    second: tuple[int, ...]


def read_eec(folder: Path) -> list[EquitySentence]:
    """All sentences, in file order.

    Raises:
        DataError: the file is missing or lacks a column.
    """
    return TABLE.read(locate(folder, EEC, FILE))


def equity_pairs(sentences: Sequence[EquitySentence]) -> list[EquityPair]:
    """All pairs: for each template and emotion word 11 of gender (10 of nouns or pronouns, one of the means over
    names) and two of race (the means over the names, for men and for women).
    """
    groups = _grouped(sentences, range(len(sentences)), lambda row: (row.template, row.emotion_word))
    return [pair for group in groups.values() for pair in (*_by_gender(sentences, group), *_by_race(sentences, group))]


def _by_gender(sentences: Sequence[EquitySentence], group: Sequence[int]) -> list[EquityPair]:
    people = _grouped(sentences, group, lambda row: row.person if row.race is None else (NAMES, row.gender))
    sides = [(f"{man} / {woman}", people.get(man), people.get(woman)) for man, woman in _WOMAN_OF.items()]
    sides.append((NAMES, people.get((NAMES, MALE)), people.get((NAMES, FEMALE))))
    return [_pair(Contrast.GENDER, sentences, what, first, second) for what, first, second in sides if first and second]


def _by_race(sentences: Sequence[EquitySentence], group: Sequence[int]) -> list[EquityPair]:
    people = _grouped(sentences, group, lambda row: (row.gender, row.race))
    sides = [
        (f"{gender} {NAMES}", people.get((gender, AFRICAN_AMERICAN)), people.get((gender, EUROPEAN)))
        for gender in (MALE, FEMALE)
    ]
    return [_pair(Contrast.RACE, sentences, what, first, second) for what, first, second in sides if first and second]


def _pair(
    contrast: Contrast, sentences: Sequence[EquitySentence], people: str, first: Sequence[int], second: Sequence[int]
) -> EquityPair:
    one = sentences[first[0]]
    return EquityPair(contrast, one.template, one.emotion, one.emotion_word, people, tuple(first), tuple(second))


def _grouped(
    sentences: Sequence[EquitySentence], rows: Sequence[int], key: Callable[[EquitySentence], Hashable]
) -> dict[Hashable, list[int]]:
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for row in rows:
        groups[key(sentences[row])].append(row)
    return groups


def _sentence(row: Columns) -> EquitySentence:
    return EquitySentence(
        sentence=some_text(row["Sentence"], "Sentence"),
        template=row["Template"],
        person=row["Person"],
        gender=one_of(row["Gender"], (MALE, FEMALE), "Gender"),
        race=row["Race"] or None,
        emotion=row["Emotion"] or None,
        emotion_word=row["Emotion word"] or None,
    )


TABLE: Final = Table(csv_rows(COLUMNS), _sentence)
