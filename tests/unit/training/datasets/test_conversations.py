"""Sets of conversations, and of texts without labels."""

import json
from datetime import UTC, datetime
from pathlib import Path

import made_data
import pytest

from emotionstream.schemas.errors import DataError
from emotionstream.schemas.events import Role
from emotionstream.training.datasets.bridge import read_bridge
from emotionstream.training.datasets.cima import read_cima
from emotionstream.training.datasets.esconv import read_esconv
from emotionstream.training.datasets.irc_chat import read_irc_chat
from emotionstream.training.datasets.sight import read_sight


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A made data folder."""
    return made_data.make(tmp_path)


def test_an_excerpt_has_times_and_what_an_expert_would_say(folder: Path) -> None:
    """Times are minutes and seconds within the lesson; an expert's own answer has none."""
    (excerpt,) = read_bridge(folder, "validation")
    assert [(turn.role, turn.seconds) for turn in excerpt.turns] == [(Role.TUTOR, 960.0), (Role.LEARNER, 1033.0)]
    assert (excerpt.expert_answer[0].text, excerpt.expert_answer[0].seconds) == ("Not quite", None)
    assert (excerpt.error, excerpt.strategy, excerpt.intention) == ("guess", "provide_hint", "hint_mistake")


@pytest.mark.parametrize(("name", "value"), [("time", "soon"), ("user", "parent")])
def test_a_broken_excerpt_is_named(folder: Path, name: str, value: str) -> None:
    """The message says which of the items."""
    path = folder / "open/bridge/train.json"
    (item,) = json.loads(path.read_text(encoding="utf-8"))
    item["c_h"][0][name] = value
    made_data.write(path, json.dumps([item]))
    with pytest.raises(DataError, match="item 1"):
        read_bridge(folder, "train")


def test_tutor_and_student_take_turns(folder: Path) -> None:
    """The tutor begins; the last turn is the student's, with its moves."""
    (exchange,) = read_cima(folder)
    assert [turn.role for turn in exchange.turns] == [Role.TUTOR, Role.LEARNER]
    assert exchange.turns[-1].moves == ("guess", "question")
    assert exchange.answers[0].moves == ("hint", "confirmation")


def test_moves_of_another_number_are_refused(folder: Path) -> None:
    """A move must not slip to its neighbour's name."""
    path = folder / "open/cima/dataset.json"
    made_data.write(path, path.read_text(encoding="utf-8").replace('"True", "True", ', '"True", '))
    with pytest.raises(DataError, match="item 1"):
        read_cima(folder)


def test_both_forms_of_support_are_read(folder: Path) -> None:
    """The failed ones have other names for the same, and feedback where the others have none."""
    (support,), (failed,) = read_esconv(folder, "train"), read_esconv(folder, "failed")
    assert [(turn.role, turn.moves) for turn in support.turns] == [(Role.LEARNER, ()), (Role.TUTOR, ("Question",))]
    assert (support.before, support.after, support.failed, support.situation) == (4, None, False, "I may lose my job.")
    assert (failed.turns[0].text, failed.turns[0].moves, failed.failed) == ("Hi", ("2",), True)


def test_chat_has_people_and_times(folder: Path) -> None:
    """A compressed file is read as it is."""
    (line,) = read_irc_chat(folder)
    assert (line.session_id, line.user_id, line.text) == ("s", "u", "it works")
    assert line.sent_at == datetime(2004, 12, 25, 9, 14, tzinfo=UTC)


def test_comments_are_split_at_spaces(folder: Path) -> None:
    """The file is separated by spaces, and texts stand in quotation marks."""
    assert read_sight(folder) == ["thank you, sir"]
