"""Messages and sessions of the learner corpus."""

import json
from pathlib import Path
from typing import Any

import pytest

from emotionstream.schemas.affect import InterventionLevel, ReadinessState
from emotionstream.schemas.emotions import EMOTION_INDEX
from emotionstream.schemas.errors import DataError, SettingsError
from emotionstream.training.datasets.corpus import read_messages, train_files
from emotionstream.training.datasets.emobank import read_emobank
from emotionstream.training.datasets.sessions import read_sessions
from emotionstream.training.folds import check_folds, folds

MESSAGE = {"text": "ok", "emotion": "joy", "also": ["surprise"], "pad": [0.8, 0.5, 0.6]}
TURN = MESSAGE | {
    "session": "s", "t": 5, "engagement": None, "cognitive_load": 0.4, "readiness": "high", "intervention": "mild",
}  # fmt: skip


def write(folder: Path, name: str, *rows: dict[str, Any]) -> Path:
    """A data folder with one file of the corpus."""
    (folder / "learner_corpus").mkdir(exist_ok=True)
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "learner_corpus" / f"{name}.jsonl").write_text(text, encoding="utf-8")
    return folder


def test_an_acceptable_class_is_unknown(tmp_path: Path) -> None:
    """A class in `also` is masked, not counted wrong; the class itself stays allowed."""
    (row,) = read_messages(write(tmp_path, "messages_train", MESSAGE), "messages_train")
    assert EMOTION_INDEX["surprise"] not in row.allowed
    assert EMOTION_INDEX["joy"] in row.allowed
    assert row.pad_learner == (0.8, 0.5, 0.6)


def test_every_batch_of_training_messages_is_found(tmp_path: Path) -> None:
    """A later batch only has to lie there; dev files are no training files."""
    for name in ("messages_train_2", "messages_train", "messages_dev", "messages_train_7"):
        write(tmp_path, name, MESSAGE)
    assert train_files(tmp_path) == ["messages_train", "messages_train_2", "messages_train_7"]


@pytest.mark.parametrize("change", [{"emotion": "happy"}, {"pad": [1]}, {"also": None}])
def test_a_broken_message_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    """A line that the guide does not allow stops the reading."""
    with pytest.raises(DataError):
        read_messages(write(tmp_path, "messages_train", MESSAGE | change), "messages_train")


def test_sessions_are_in_order_of_time(tmp_path: Path) -> None:
    """Messages of a session stand by their seconds, and what is not known is None."""
    write(tmp_path, "sessions", TURN | {"t": 9, "text": "later"}, TURN)
    write(tmp_path, "sessions_2", TURN | {"session": "r", "reader": {"readiness": "low", "intervention": "none"}})
    first, second = read_sessions(tmp_path)
    assert [message.text for message in first.messages] == ["ok", "later"]
    assert first.messages[0].engagement is None
    assert first.messages[0].second_level is None
    assert second.messages[0].second_readiness is ReadinessState.LOW
    assert second.messages[0].level is InterventionLevel.MILD


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"t": "soon"}, "t"),
        ({"t": float("inf")}, "t"),
        ({"engagement": "0.5"}, "engagement"),
        ({"intervention": "some"}, "intervention"),
        ({"reader": [1]}, "reader"),
        ({"reader": {"readiness": "so-so"}}, "readiness"),
    ],
)
def test_a_broken_session_message_is_refused_by_file_and_line(
    tmp_path: Path, change: dict[str, Any], what: str
) -> None:
    """What would be trained on is checked as `data check` does."""
    write(tmp_path, "sessions_2")
    with pytest.raises(DataError, match=rf"sessions\.jsonl line 2.*{what}"):
        read_sessions(write(tmp_path, "sessions", TURN, TURN | change))


def test_more_folds_than_sessions_are_refused(tmp_path: Path) -> None:
    """Before anything is trained: a fold would hold nothing."""
    write(tmp_path, "sessions", TURN, TURN | {"session": "r"})
    write(tmp_path, "sessions_2")
    with pytest.raises(SettingsError, match="3 folds"):
        check_folds(read_sessions(tmp_path), readiness=3)


def test_each_session_is_held_out_once(tmp_path: Path) -> None:
    """No session stands on both sides of a fold."""
    write(tmp_path, "sessions", *(TURN | {"session": f"s{i}"} for i in range(7)))
    write(tmp_path, "sessions_2")
    pairs = list(folds(read_sessions(tmp_path), 3, seed=1))
    assert sorted(i for _, held in pairs for i in held) == list(range(7))
    assert all(not set(train) & set(held) for train, held in pairs)


def test_emobank_is_mapped_to_the_unit_interval(tmp_path: Path) -> None:
    """1 to 5 become 0 to 1, and splits stay apart."""
    folder = tmp_path / "open" / "emobank"
    folder.mkdir(parents=True)
    text = 'id,split,V,A,D,text\na,train,1.0,3.0,5.0,"one, two"\nb,dev,2,2,2,three\n'
    (folder / "emobank_train_dev.csv").write_text(text, encoding="utf-8")
    (row,) = read_emobank(tmp_path, "train")
    assert (row.text, row.pad_emobank) == ("one, two", (0.0, 0.5, 1.0))
