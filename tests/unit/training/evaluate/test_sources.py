"""What a user names as data."""

import json
from pathlib import Path

import pytest

from emotionstream.schemas.errors import DataError
from emotionstream.training.evaluate.sources import read_sources, trained_on, training_texts


def write(path: Path, text: str = "hello") -> Path:
    """A file of one row."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"text": text, "emotion": "joy", "also": [], "pad": [1, 1, 1]}), encoding="utf-8")
    return path


def test_two_files_of_one_name_are_told_apart(tmp_path: Path) -> None:
    """Figures of one must not stand under the other's name."""
    paths = [write(tmp_path / folder / "dev.jsonl") for folder in ("a", "b")]
    assert [part.name for part in read_sources(paths).sets] == ["dev", "dev-2"]


def test_a_folder_of_files_is_read_whole(tmp_path: Path) -> None:
    """Every .jsonl in it, by name."""
    write(tmp_path / "b.jsonl")
    write(tmp_path / "a.jsonl")
    assert [part.name for part in read_sources([tmp_path]).sets] == ["a", "b"]


def test_a_data_folder_is_measured_on_what_is_there(tmp_path: Path) -> None:
    """GoEmotions alone, and the learner corpus of the checkout beside it."""
    dev = tmp_path / "open" / "goemotions" / "dev.tsv"
    dev.parent.mkdir(parents=True)
    dev.write_text("so happy\t17\tid\n", encoding="utf-8")
    found = read_sources([tmp_path])
    assert found.sets[0].name == "goemotions"
    assert found.sets[0].cases[0].labels == ("joy",)
    assert "emobank" not in {part.name for part in found.sets}
    assert found.folder == tmp_path


def test_an_empty_folder_says_what_could_be_there(tmp_path: Path) -> None:
    """And where it comes from."""
    with pytest.raises(DataError, match="google-research"):
        read_sources([tmp_path])


def test_training_texts_are_found_whatever_their_case() -> None:
    """The learner corpus of the checkout is looked into."""
    known = training_texts(None)
    text = next(iter(known["learner corpus"]))
    assert trained_on(known, [text.upper() + "!!", "qwertz uiop asdf"]) == {"learner corpus": 1}
