"""Where data sets are looked for, and what is said of those that are missing."""

from pathlib import Path

import pytest

from emotionstream.schemas.errors import DataError
from emotionstream.training.datasets.corpus import DEV_FILES, TRAIN_FILES, read_messages
from emotionstream.training.datasets.places import EMOBANK, GOEMOTIONS, LEARNER, SHIPPED_LEARNER, locate, require
from emotionstream.training.datasets.sessions import read_sessions


def test_all_that_is_missing_is_told_at_once(tmp_path: Path) -> None:
    """Whoever fetches data should not learn of the next missing set after each one."""
    (tmp_path / "open/emobank").mkdir(parents=True)
    (tmp_path / "open/emobank/here.csv").touch()
    with pytest.raises(DataError) as caught:
        require(tmp_path, {GOEMOTIONS: ("train.tsv", "dev.tsv"), EMOBANK: ("here.csv", "there.csv")})
    told = str(caught.value)
    assert all(name in told for name in ("train.tsv", "dev.tsv", "there.csv", "google-research", "JULIELab", "CC BY"))
    assert "here.csv," not in told


def test_the_corpus_that_ships_stands_in_for_a_missing_one(tmp_path: Path) -> None:
    """A user brings only the public sets."""
    assert locate(tmp_path, LEARNER, "messages_dev.jsonl").parent == SHIPPED_LEARNER
    (tmp_path / "learner_corpus").mkdir()
    with pytest.raises(DataError, match="messages_dev"):
        locate(tmp_path, LEARNER, "messages_dev.jsonl")


def test_the_corpus_that_ships_can_be_read(tmp_path: Path) -> None:
    """All its files fit their readers, also the one that is not used yet."""
    counts = [len(read_messages(tmp_path, name)) for name in (*TRAIN_FILES, *DEV_FILES, "messages_train_3")]
    assert counts == [3690, 2327, 410, 369, 1208]
    assert len(read_sessions(tmp_path)) == 162
