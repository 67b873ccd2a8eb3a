"""The Equity Evaluation Corpus as sentences, and as pairs that differ only in who is spoken of."""

import csv
from pathlib import Path

import pytest

from emotionstream.schemas.errors import DataError
from emotionstream.training.datasets.eec import COLUMNS, Contrast, EquitySentence, equity_pairs, read_eec

FEELS = "<person subject> feels <emotion word>."


def say(person: str, gender: str, race: str | None = None, word: str | None = "sad") -> EquitySentence:
    """A sentence of one template."""
    return EquitySentence(f"{person} feels {word}.", FEELS, person, gender, race, "sadness" if word else None, word)


def write(folder: Path, columns: tuple[str, ...], *rows: tuple[str, ...]) -> Path:
    """A data folder with the corpus."""
    (folder / "open/eec").mkdir(parents=True)
    path = folder / "open/eec/Equity-Evaluation-Corpus.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([columns, *rows])
    return folder


def test_pairs_of_gender_are_of_the_same_noun() -> None:
    """A son is set against a daughter, not against an aunt."""
    rows = [say("my son", "male"), say("my aunt", "female"), say("my daughter", "female")]
    (pair,) = equity_pairs(rows)
    assert (pair.contrast, pair.people, pair.first, pair.second) == (
        Contrast.GENDER, "my son / my daughter", (0,), (2,),
    )  # fmt: skip


def test_names_are_compared_by_their_means() -> None:
    """A name has no partner: all men stand against all women, and within a gender one race against the other."""
    rows = [
        say("Jamel", "male", "African-American"), say("Adam", "male", "European"),
        say("Ebony", "female", "African-American"), say("Ellen", "female", "European"),
    ]  # fmt: skip
    pairs = {(pair.contrast, pair.people): (pair.first, pair.second) for pair in equity_pairs(rows)}
    assert pairs == {
        (Contrast.GENDER, "names"): ((0, 1), (2, 3)),
        (Contrast.RACE, "male names"): ((0,), (1,)),
        (Contrast.RACE, "female names"): ((2,), (3,)),
    }


def test_other_words_are_never_compared() -> None:
    """A difference between words would be no bias."""
    assert equity_pairs([say("he", "male", word="sad"), say("she", "female", word="glad")]) == []


def test_what_is_empty_is_unknown(tmp_path: Path) -> None:
    """A pronoun has no race and a neutral template no emotion."""
    folder = write(
        tmp_path, COLUMNS, ("I saw her in the market.", "I saw <person object>", "her", "female", "", "", "")
    )
    (row,) = read_eec(folder)
    assert (row.race, row.emotion, row.emotion_word) == (None, None, None)


def test_a_file_without_a_column_is_refused(tmp_path: Path) -> None:
    """The message names what is missing."""
    with pytest.raises(DataError, match="Emotion word"):
        read_eec(write(tmp_path, COLUMNS[:-1]))
