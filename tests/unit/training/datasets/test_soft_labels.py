"""Soft labels are taken only with the texts that they are of."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from structlog.testing import capture_logs

from emotionstream.schemas.errors import DataError
from emotionstream.training.crossfit import write_labels
from emotionstream.training.datasets.example import Example
from emotionstream.training.datasets.soft_labels import WIDTHS
from emotionstream.training.datasets.teacher import read_unlabelled, with_soft_labels

TEXTS = ["so lost", "it clicked", "what a day"]
FILE = "teacher/goemotions_train.npz"


def columns(rows: int) -> dict[str, np.ndarray]:
    """Labels of so many rows."""
    return {name: np.ones((rows, width), dtype=np.float16) for name, width in WIDTHS.items()}


def examples(texts: list[str]) -> list[Example]:
    """Rows of a source."""
    return [Example(text, "goemotions") for text in texts]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with labels of ``TEXTS``."""
    (tmp_path / "teacher").mkdir()
    write_labels(columns(3), list(enumerate(TEXTS)), tmp_path / FILE)
    return tmp_path


def test_labels_of_the_same_texts_are_taken(data: Path) -> None:
    """Each row has its own, and nothing is logged."""
    with capture_logs() as logs:
        found = with_soft_labels(examples(TEXTS), data, "goemotions_train")
    assert all(row.soft is not None and len(row.soft.logits41) == 41 for row in found)
    assert not logs


@pytest.mark.parametrize("texts", [TEXTS[::-1], TEXTS[:2], [*TEXTS[:2], "another"]])
def test_labels_of_other_texts_are_refused(data: Path, texts: list[str]) -> None:
    """In another order, fewer, or changed: the message names the file and what to do."""
    with pytest.raises(DataError, match=r"goemotions_train\.npz .*: label again"):
        with_soft_labels(examples(texts), data, "goemotions_train")


def test_labels_without_a_mark_are_taken_with_a_warning(data: Path) -> None:
    """They are of an earlier version."""
    np.savez(data / FILE, allow_pickle=False, rows=np.arange(3), **columns(3))
    with capture_logs() as logs:
        found = with_soft_labels(examples(TEXTS[::-1]), data, "goemotions_train")
    assert all(row.soft is not None for row in found)
    assert [(line["log_level"], line["file"]) for line in logs] == [("warning", str(data / FILE))]


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def _changed(name: str, values: np.ndarray) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        np.savez(path, allow_pickle=False, **({"rows": np.arange(3)} | columns(3) | {name: values}))

    return change


def _without_a_column(path: Path) -> None:
    np.savez(path, allow_pickle=False, rows=np.arange(3), logits41=columns(3)["logits41"])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(b""),
        _cut,
        _without_a_column,
        _changed("logits41", np.ones((3, 28))),
        _changed("pad_learner", np.full((3, 3), np.nan)),
        _changed("logits28", np.full((3, 28), np.inf)),
        _changed("logits28", np.ones((2, 28))),
        _changed("rows", np.array([0, 1, 1])),
        _changed("rows", np.array([-1, 0, 1])),
    ],
)
def test_a_broken_file_is_named(data: Path, spoil: Callable[[Path], None]) -> None:
    """Cut short, without a column, of another width, not finite, or with rows that are none."""
    spoil(data / FILE)
    with pytest.raises(DataError, match=r"goemotions_train\.npz.*label again"):
        with_soft_labels(examples(TEXTS), data, "goemotions_train")


def test_unlabelled_texts_are_those_that_were_read(data: Path) -> None:
    """Comments that changed since, or that are fewer, are refused."""
    source, labels = data / "open/sight/sight_dataset.csv", data / "teacher/sight.npz"
    source.parent.mkdir(parents=True)
    source.write_text("comment\n'one'\n'two'\n'three'\n", encoding="utf-8")
    write_labels(columns(2), [(0, "'one'"), (2, "'three'")], labels)
    assert [row.text for row in read_unlabelled(data, "sight")] == ["'one'", "'three'"]
    write_labels(columns(2), [(0, "'one'"), (3, "'four'")], labels)
    with pytest.raises(DataError, match=r"sight\.npz has labels of row 3"):
        read_unlabelled(data, "sight")
    write_labels(columns(2), [(0, "'one'"), (2, "'tree'")], labels)
    with pytest.raises(DataError, match=r"sight\.npz has labels of other texts"):
        read_unlabelled(data, "sight")
