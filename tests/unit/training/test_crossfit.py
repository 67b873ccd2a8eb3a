"""Labels of teachers that have not seen what they label."""

from pathlib import Path

import numpy as np
import pytest

from emotionstream.training.crossfit import COLUMNS, fold_of, mean, outside, read_labels, unseen, write_labels
from emotionstream.training.datasets.soft_labels import WIDTHS

TEXTS = [f"text {number}" for number in range(60)]


def labels(value: float) -> dict[str, np.ndarray]:
    """Of a teacher that always says ``value``."""
    return {name: np.full((len(TEXTS), width), value, dtype=np.float16) for name, width in WIDTHS.items()}


def test_a_text_is_labelled_by_the_teacher_that_was_trained_without_it() -> None:
    """Whatever a teacher was trained on, it does not label."""
    found = unseen(TEXTS, [labels(0.0), labels(1.0), labels(2.0)])
    for name in COLUMNS:
        for text, said in zip(TEXTS, found[name], strict=True):
            teacher = int(said[0])
            assert not outside(teacher, 3)(text)
            assert all(outside(other, 3)(text) for other in range(3) if other != teacher)


def test_each_part_has_about_its_share() -> None:
    """None is empty, so no teacher sees all."""
    counts = np.bincount([fold_of(text, 3) for text in TEXTS], minlength=3)
    assert counts.min() > 10


@pytest.mark.parametrize("other", ["I AM LOST!", "i am  lost", "I am lost..."])
def test_repeats_share_a_part(other: str) -> None:
    """A teacher that saw a text in capitals has seen it."""
    assert all(fold_of("I am lost", folds) == fold_of(other, folds) for folds in range(1, 9))


def test_a_single_teacher_sees_everything() -> None:
    """And labels it."""
    assert all(outside(0, 1)(text) for text in TEXTS)
    assert unseen(TEXTS, [labels(4.0)])["logits41"].tolist() == labels(4.0)["logits41"].tolist()


def test_without_labels_of_its_own_a_text_gets_the_mean() -> None:
    """Of all teachers; large halves do not overflow on the way."""
    found = mean([labels(60_000.0), labels(60_000.0), labels(30_000.0)])
    assert np.allclose(found["logits28"], 50_000.0, rtol=1e-3)


def test_labels_of_other_texts_are_not_taken(tmp_path: Path) -> None:
    """A changed text, another choice of rows, or no file: to be read anew."""
    path, texts = tmp_path / "set.npz", list(enumerate(TEXTS))
    assert read_labels(path, texts) is None
    write_labels(labels(1.0), texts, path)
    found = read_labels(path, texts)
    assert found is not None
    assert {name: value.tolist() for name, value in found.items()} == {
        name: value.tolist() for name, value in labels(1.0).items()
    }
    assert read_labels(path, [(row + 1, text) for row, text in texts]) is None
    assert read_labels(path, [*texts[:-1], (59, "another")]) is None


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", "unmarked"])
def test_broken_and_unmarked_labels_are_made_again(tmp_path: Path, content: bytes | str) -> None:
    """A file cut short, or of a time before there were marks."""
    path, texts = tmp_path / "set.npz", list(enumerate(TEXTS))
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        np.savez(path, allow_pickle=False, rows=np.arange(len(TEXTS)), **labels(1.0))
    assert read_labels(path, texts) is None


def test_any_text_has_a_part_and_a_mark(tmp_path: Path) -> None:
    """Half of an emoji too."""
    texts = [(row, f"{text} \ud83d") for row, text in enumerate(TEXTS)]
    assert {fold_of(text, 3) for _, text in texts} == {0, 1, 2}
    write_labels(labels(1.0), texts, tmp_path / "set.npz")
    assert read_labels(tmp_path / "set.npz", texts) is not None
