"""What sources' labels say of the 41 classes."""

import json
from pathlib import Path
from typing import Any

import pytest

from emotionstream.schemas.emotions import EMOTIONS
from emotionstream.training.datasets.catalogue import CROWD_ENVENT, EMPATHETIC_DIALOGUES, GOEMOTIONS, ISEAR
from emotionstream.training.datasets.example import Example, indices
from emotionstream.training.datasets.label_map import label_map

ADVICE = Path(__file__).resolve().parents[5] / "shared/data/label_map_41.json"
"""The map that this project was advised to follow; not everybody has it."""
SOURCES = {
    GOEMOTIONS: "goemotions", ISEAR: "isear", CROWD_ENVENT: "crowd_envent_generation",
    EMPATHETIC_DIALOGUES: "empathetic_dialogues",
}  # fmt: skip


def example(source: str, *names: str) -> Example:
    """A row with these labels."""
    return label_map(source).example("text", source, names)


def named(classes: frozenset[int]) -> set[str]:
    """The names of classes."""
    return {EMOTIONS[index] for index in classes}


@pytest.mark.skipif(not ADVICE.is_file(), reason="the advice lies beside the project only where it is developed")
@pytest.mark.parametrize("source", SOURCES)
def test_each_label_says_what_was_advised(source: str) -> None:
    """Classes, candidate sets, classes left open, labels without a class and weights are all those of the advice."""
    advice: dict[str, Any] = json.loads(ADVICE.read_text(encoding="utf-8"))[SOURCES[source]]
    labels = label_map(source).labels
    assert {n: named(row.emotions) for n, row in labels.items() if row.emotions} == {
        name: {emotion} for name, emotion in advice["pos"].items()
    }
    sets = {name: set(emotions) for name, emotions in advice.get("set", {}).items()}
    assert {n: named(row.candidates) for n, row in labels.items() if row.candidates} == sets
    opened = {name: set(emotions) for name, emotions in advice.get("mask_when", {}).items()}
    assert {n: named(row.open) for n, row in labels.items() if row.open} == opened
    assert {n for n, row in labels.items() if not row.emotions | row.candidates} == set(advice.get("drop", ()))
    assert {row.weight for row in labels.values()} - {0.2, 0.3} == {advice["weight"]}
    if "annotatable" in advice:
        assert named(label_map(source).choices) == set(advice["annotatable"])


def test_what_nobody_could_choose_is_unknown() -> None:
    """The softmax of a source runs over its own choices: no event of ISEAR speaks against boredom."""
    assert named(example(ISEAR, "guilt").allowed) == {"joy", "fear", "anger", "sadness", "disgust", "shame", "guilt"}


def test_a_candidate_set_is_among_the_choices() -> None:
    """Relief is contentment or serenity, which no other row of the source speaks against."""
    relief = example(CROWD_ENVENT, "relief")
    assert named(relief.candidates) == {"contentment", "serenity"}
    assert relief.candidates < relief.allowed
    assert not relief.candidates & example(CROWD_ENVENT, "joy").allowed


def test_a_label_that_readers_doubt_weighs_less() -> None:
    """A label may have its own weight."""
    assert example(CROWD_ENVENT, "no-emotion").weight == 0.3
    assert example(CROWD_ENVENT, "anger").weight == 1.0


def test_one_of_many_near_labels_speaks_against_the_other_side_only() -> None:
    """Who was proud may have been joyful as well, but not ashamed."""
    allowed = named(example(EMPATHETIC_DIALOGUES, "proud").allowed)
    assert {"pride", "shame", "fear"} < allowed
    assert not {"joy", "gratitude", "surprise", "boredom"} & allowed


def test_surprise_is_on_neither_side() -> None:
    """It may be pleasant or not, so it speaks against neither joy nor fear."""
    allowed = named(example(EMPATHETIC_DIALOGUES, "surprised").allowed)
    assert {"surprise", "guilt"} < allowed
    assert not {"joy", "fear"} & allowed


@pytest.mark.parametrize("source", SOURCES)
def test_what_a_row_says_is_always_allowed(source: str) -> None:
    """Else the loss of a true class would be that of an impossible one."""
    for name in label_map(source).labels:
        row = example(source, name)
        assert row.emotions | row.candidates <= row.allowed
        assert bool(row.emotions | row.candidates) or not row.emotions


@pytest.mark.parametrize("source", SOURCES)
def test_a_label_with_a_class_teaches_something(source: str) -> None:
    """A softmax over the true classes alone would cost nothing and teach nothing."""
    for name, label in label_map(source).labels.items():
        said = label.emotions | label.candidates
        assert not said or example(source, name).allowed > said, name


def test_an_unknown_label_is_refused() -> None:
    """A typo must not become a row without a class."""
    with pytest.raises(KeyError):
        example(ISEAR, "happiness")


def test_names_are_of_the_41() -> None:
    """Every class that the file names is one of ours."""
    assert all(label_map(source).choices <= indices(EMOTIONS) for source in SOURCES)
