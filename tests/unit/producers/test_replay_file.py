"""The Parquet file of a replay."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from replay_record import FOLD, FakeEngine, Record, lesson, recorded

from emotionstream.history.reader import SessionFilter
from emotionstream.producers.replay import Replayer
from emotionstream.producers.replay_file import cells, check_writable, replay_file
from emotionstream.producers.replay_row import ReplayRow
from emotionstream.schemas.emotions import EMOTIONS
from emotionstream.schemas.errors import ReplayError
from emotionstream.schemas.settings.replay import ReplaySettings

SETTINGS = ReplaySettings(row_group_rows=8)


@pytest.fixture
async def rows() -> list[ReplayRow]:
    """A replay of 30 messages."""
    replayer = Replayer(Record({"ada": recorded(lesson("ada", ["s1"] * 30))}), FakeEngine(), FOLD, SETTINGS)
    return [row async for row in replayer.rows(SessionFilter())]


def write(path: Path, rows: Sequence[ReplayRow], *, with_text: bool = False, without_consent: bool = False) -> list:
    """``rows`` written and read back."""
    with replay_file(path, {"version": "7"}, SETTINGS) as file:
        for row in rows:
            file.add(cells(row, with_text=with_text, without_consent=without_consent))
    return pq.read_table(path).to_pylist()


def test_a_row_holds_the_result_the_state_and_the_intervention(tmp_path: Path, rows: list[ReplayRow]) -> None:
    """Floats come back bit for bit, and the JSON columns are whole."""
    back = write(tmp_path / "x.parquet", rows)
    assert len(back) == len(rows) == 30
    for row, cell in zip(rows, back, strict=True):
        assert (cell["message_id"], cell["status"]) == (row.said.message_id, row.status)
        if row.result is None or row.step is None:
            assert cell["probabilities"] is None
            continue
        assert tuple(cell["probabilities"]) == row.result.probabilities
        assert cell["pleasure"] == row.result.pad.pleasure
        assert (cell["ema_pleasure"], cell["ema_arousal"], cell["ema_dominance"]) == row.step.learner.ema
        assert cell["state"].encode() == row.step.learner.to_json()
        assert cell["same_result"] is cell["same_state"] is cell["same_intervention"] is True
        raised = row.step.intervention
        assert cell["intervention_level"] == (raised.level.value if raised else None)
        if raised:
            assert json.loads(cell["intervention"])["intervention_id"] == str(raised.intervention_id)
    assert any(cell["intervention_level"] for cell in back)


def test_text_is_written_only_when_asked_for_and_consented_to(tmp_path: Path, rows: list[ReplayRow]) -> None:
    """Three choices: no text, consented texts, all texts."""
    none = write(tmp_path / "a.parquet", rows)
    assert {cell["text"] for cell in none} == {None}
    some = write(tmp_path / "b.parquet", rows, with_text=True)
    assert {cell["training_consent"] for cell in some if cell["text"]} == {True}
    assert sum(cell["text"] is not None for cell in some) == 15
    every = write(tmp_path / "c.parquet", rows, with_text=True, without_consent=True)
    assert [cell["text"] for cell in every] == [row.said.text for row in rows]


def test_the_file_says_which_model_made_it(tmp_path: Path, rows: list[ReplayRow]) -> None:
    """A table without its model's version could not be trusted later."""
    write(tmp_path / "x.parquet", rows)
    assert pq.read_schema(tmp_path / "x.parquet").metadata[b"emotionstream.version"] == b"7"
    assert pq.ParquetFile(tmp_path / "x.parquet").num_row_groups == 4


def test_the_file_says_what_the_positions_of_a_list_are(tmp_path: Path, rows: list[ReplayRow]) -> None:
    """41 numbers without names are of no use to who was sent the file."""
    (top, *_) = [cell for cell in write(tmp_path / "x.parquet", rows) if cell["probabilities"]]
    about = pq.read_schema(tmp_path / "x.parquet").metadata
    emotions = json.loads(about[b"emotionstream.probabilities"])
    assert emotions[top["probabilities"].index(max(top["probabilities"]))] == top["primary_emotion"]
    levels = json.loads(about[b"emotionstream.level_probabilities"])
    assert levels == ["none", "preventive", "mild", "moderate", "significant", "critical"]


def test_the_documentation_names_the_emotions_in_their_order() -> None:
    """Who reads ``docs/history.md`` instead of the metadata finds the same."""
    text = (Path(__file__).parents[3] / "docs/history.md").read_text("utf-8")
    block = text.split("```")[1]
    assert tuple(block.replace(",", " ").split()) == EMOTIONS


def test_a_replay_that_fails_leaves_no_file_and_keeps_the_old_one(tmp_path: Path, rows: list[ReplayRow]) -> None:
    """A file is whole or not there; an earlier one stays until the new one is whole."""
    path = tmp_path / "x.parquet"
    write(path, rows[:5])
    with pytest.raises(RuntimeError), replay_file(path, {}, SETTINGS) as file:
        file.add(cells(rows[0], with_text=False, without_consent=False))
        raise RuntimeError("the engine failed")
    assert len(pq.read_table(path)) == 5
    assert list(tmp_path.iterdir()) == [path]


def test_two_replays_to_one_name_do_not_mix(tmp_path: Path, rows: list[ReplayRow]) -> None:
    """Each is whole; the name has the one that ended last."""
    path = tmp_path / "x.parquet"
    with replay_file(path, {}, SETTINGS) as outer:
        outer.add(cells(rows[0], with_text=False, without_consent=False))
        assert len(write(path, rows)) == len(rows)
    assert pq.read_metadata(path).num_rows == 1
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_cannot_be_written_is_an_error_that_names_it(tmp_path: Path) -> None:
    """A missing folder is told by the file's path, when the file is opened and before."""
    with pytest.raises(ReplayError, match="nowhere"):
        check_writable(tmp_path / "nowhere" / "x.parquet")
    with pytest.raises(ReplayError, match="nowhere"), replay_file(tmp_path / "nowhere" / "x.parquet", {}, SETTINGS):
        pytest.fail("opened")


def test_a_name_that_is_too_long_is_such_a_place(tmp_path: Path) -> None:
    """No file's name has more than 255 bytes."""
    with pytest.raises(ReplayError, match="cannot be written"):
        check_writable(tmp_path / f"{'n' * 300}.parquet")


def test_the_check_leaves_nothing_behind(tmp_path: Path) -> None:
    """A folder that can be written is as it was."""
    check_writable(tmp_path / "x.parquet")
    assert not list(tmp_path.iterdir())


def test_what_is_no_file_is_not_replaced_by_one(tmp_path: Path) -> None:
    """A device or a pipe of that name stays what it is: root could put a file in the place of /dev/null."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (pipe, tmp_path):
        with pytest.raises(ReplayError, match="name another"):
            check_writable(path)
    assert pipe.is_fifo()
