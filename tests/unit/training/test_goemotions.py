"""GoEmotions' labels in the 41 classes."""

from pathlib import Path

import pytest

from emotionstream.inference.model.labels import GOEMOTIONS_LABELS
from emotionstream.schemas.emotions import EMOTION_INDEX
from emotionstream.schemas.errors import DataError
from emotionstream.training.datasets.catalogue import GOEMOTIONS
from emotionstream.training.datasets.example import Example
from emotionstream.training.datasets.goemotions import read_goemotions, to_example
from emotionstream.training.datasets.label_map import label_map


def example(*names: str) -> Example:
    """A comment with these labels."""
    return to_example("text", list(names), frozenset(GOEMOTIONS_LABELS.index(name) for name in names))


def test_every_label_is_mapped_or_left_out() -> None:
    """All 28 labels have a decision, and none has two."""
    labels = label_map(GOEMOTIONS).labels
    assert set(labels) == set(GOEMOTIONS_LABELS)
    assert {name for name, label in labels.items() if not label.emotions | label.candidates} == {
        "amusement", "approval", "desire", "disapproval", "optimism", "realization", "relief",
    }  # fmt: skip


def test_a_class_that_could_not_be_chosen_is_unknown() -> None:
    """No annotator could choose boredom: it is not allowed, rather than wrong."""
    assert EMOTION_INDEX["boredom"] not in example("joy").allowed


def test_a_label_without_a_class_gives_no_positive() -> None:
    """Realization is not a breakthrough moment."""
    assert not example("realization").emotions
    assert not example("realization").candidates


def test_annoyance_is_one_of_two() -> None:
    """Annoyance may be frustration or anger; both stay allowed."""
    row = example("annoyance")
    assert row.candidates == {EMOTION_INDEX["frustration"], EMOTION_INDEX["anger"]}
    assert row.candidates <= row.allowed


def test_a_true_class_ends_the_doubt() -> None:
    """With anger given, annoyance's set says nothing more."""
    row = example("annoyance", "anger")
    assert row.emotions == {EMOTION_INDEX["anger"]}
    assert not row.candidates


def test_neighbours_of_a_label_are_open() -> None:
    """Remorse leaves sadness open."""
    assert EMOTION_INDEX["sadness"] not in example("remorse").allowed


def test_rows_are_read_in_order(tmp_path: Path) -> None:
    """Teacher's labels are by row: order must hold."""
    folder = tmp_path / "open" / "goemotions"
    folder.mkdir(parents=True)
    (folder / "dev.tsv").write_text("so sad\t25\tid1\nwow\t26,17\tid2\n", encoding="utf-8")
    rows = read_goemotions(tmp_path, "dev")
    assert [row.text for row in rows] == ["so sad", "wow"]
    assert rows[1].emotions == {EMOTION_INDEX["surprise"], EMOTION_INDEX["joy"]}


@pytest.mark.parametrize("line", ["no tabs", "text\tx\tid", "text\t99\tid"])
def test_a_broken_line_is_named(tmp_path: Path, line: str) -> None:
    """The message says which line."""
    folder = tmp_path / "open" / "goemotions"
    folder.mkdir(parents=True)
    (folder / "train.tsv").write_text(line + "\n", encoding="utf-8")
    with pytest.raises(DataError, match="line 1"):
        read_goemotions(tmp_path, "train")


def test_a_missing_set_says_where_it_comes_from(tmp_path: Path) -> None:
    """A user without the data is told where to get it."""
    with pytest.raises(DataError, match="google-research"):
        read_goemotions(tmp_path, "train")
