"""No text that is measured on stands in train, and none stands there twice."""

from pathlib import Path

import leaks
import made_data
import pytest

from emotionstream.schemas.errors import DataError, SettingsError
from emotionstream.training.assembly import assemble
from emotionstream.training.datasets.catalogue import EEC, PLACES
from emotionstream.training.datasets.example import Example
from emotionstream.training.datasets.labelled import ADDED
from emotionstream.training.datasets.repeats import apart


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A made data folder, in which texts to measure on are repeated in train in other forms."""
    return made_data.make(tmp_path)


def test_no_text_to_measure_on_is_in_train_of_a_made_folder(made: Path) -> None:
    """Every way to leak that the made folder holds is closed, and what is left is what has to be."""
    leaks.refuse(made)
    train = assemble(made, leaks.ALWAYS | frozenset(ADDED), non_commercial=True).train
    texts = {name: [row.text for row in rows] for name, rows in train.items()}
    assert texts == {
        "learner_corpus": ["it just clicked", "in two sets"],
        "goemotions": ["so sad"],
        "emobank": ["one, two"],
        "crowd_envent": ["a long talk", "i won"],
        "isear": ["I lied."],
        "empathetic_dialogues": [],
        "empathic_reactions": ["poor man"],
        "sad": ["so tired"],
    }


def test_the_first_set_keeps_a_text() -> None:
    """Order stays, also within a set; what is held out goes from all."""
    train = {"a": [Example("one", "a"), Example("ONE", "a")], "b": [Example("one!", "b"), Example("two", "b")]}
    kept = apart(train, [])
    assert {name: [row.text for row in rows] for name, rows in kept.items()} == {"a": ["one"], "b": ["two"]}
    assert apart(train, ["One."])["a"] == []


@pytest.mark.parametrize("name", [name for name in ADDED if not PLACES[name].commercial])
def test_research_data_need_the_mark(made: Path, name: str) -> None:
    """Without it the message names the set, its licence, and the setting; with it the set is read."""
    with pytest.raises(SettingsError, match="non_commercial = true") as caught:
        assemble(made, leaks.ALWAYS | {name})
    assert f"{name} ({PLACES[name].license})" in str(caught.value)
    assert name in assemble(made, leaks.ALWAYS | {name}, non_commercial=True).train


def test_open_data_need_no_mark(made: Path) -> None:
    """Weak sets with an open licence may be in any checkpoint."""
    wanted = leaks.ALWAYS | {name for name in ADDED if PLACES[name].commercial}
    assert set(assemble(made, wanted).train) == wanted


def test_what_is_to_measure_with_cannot_be_trained_on(made: Path) -> None:
    """Not even in a checkpoint that is marked."""
    with pytest.raises(DataError, match="measuring"):
        assemble(made, leaks.ALWAYS | {EEC}, non_commercial=True)


def test_a_set_that_is_missing_says_where_it_comes_from(made: Path) -> None:
    """Before anything is read."""
    (made / "open/sad/SAD_v1.xlsx").unlink()
    with pytest.raises(DataError, match="PervasiveWellbeingTech"):
        assemble(made, leaks.ALWAYS | {"sad"})
