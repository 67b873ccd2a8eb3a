"""What ``evaluate`` reads and writes is looked at before it measures."""

import errno
import os
from pathlib import Path

import pytest
import typer

from emotionstream.cli.evaluate_places import Places, check_data, is_there
from emotionstream.cli.writing import writing
from emotionstream.schemas.errors import DataError, EmotionStreamError

LONG = "n" * 300
"""Bytes; a file's name has 255 at most."""


def test_places_that_can_be_written_are_left_as_they_are(tmp_path: Path) -> None:
    """Nothing is made, and what is there keeps its content."""
    Places(tmp_path / "out", tmp_path / "p.jsonl", None).check()
    assert not list(tmp_path.iterdir())
    (tmp_path / "p.jsonl").write_text("old")
    Places(tmp_path, tmp_path / "p.jsonl", None).check()
    assert (tmp_path / "p.jsonl").read_text() == "old"


def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    """To open it would wait for its reader."""
    os.mkfifo(tmp_path / "pipe")
    Places(None, tmp_path / "pipe", None).check()


@pytest.mark.parametrize(
    ("to", "predictions", "told"),
    [
        ("file", None, "--to .*file is no folder"),
        (LONG, None, "--to .* cannot be made"),
        ("no/out", None, "there is no folder"),
        (None, "folder", "--predictions .*folder cannot be written"),
        (None, LONG, "--predictions .* cannot be written"),
        (None, "no/p.jsonl", "there is no folder"),
        (None, f"{LONG}/p.jsonl", "there is no folder"),
    ],
)
def test_a_place_that_cannot_be_written_is_named(
    tmp_path: Path, to: str | None, predictions: str | None, told: str
) -> None:
    """A file where a folder is to be, a folder where a file is to be, and names that no file can have."""
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    places = Places(tmp_path / to if to else None, tmp_path / predictions if predictions else None, None)
    with pytest.raises(typer.BadParameter, match=told):
        places.check()


def test_a_log_needs_the_folder_that_it_is_drawn_into(tmp_path: Path) -> None:
    """Else it would be passed over in silence; and it must be a training log."""
    log = tmp_path / "log.jsonl"
    log.write_text('{"stage": "encoder", "step": 1, "loss": 0.5}\n')
    with pytest.raises(typer.BadParameter, match="--to"):
        Places(None, None, log).check()
    Places(tmp_path, None, log).check()
    log.write_text("nonsense\n")
    with pytest.raises(DataError, match="no training log"):
        Places(tmp_path, None, log).check()


def test_data_is_a_file_a_folder_or_standard_input(tmp_path: Path) -> None:
    """A missing one is told, and so is a device or a pipe, which is there but cannot be used."""
    (tmp_path / "d.jsonl").touch()
    check_data([tmp_path, tmp_path / "d.jsonl", Path("-")])
    for missing in (tmp_path / "none", tmp_path / LONG):
        assert not is_there(missing)
        with pytest.raises(DataError, match="there is no such file or folder"):
            check_data([missing])
    with pytest.raises(DataError, match="/dev/null is no regular file"):
        check_data([Path("/dev/null")])


def test_a_full_disk_names_the_file() -> None:
    """Not standard output."""
    with pytest.raises(EmotionStreamError, match=r"^p\.jsonl cannot be written: full"), writing(Path("p.jsonl")):
        raise OSError(errno.ENOSPC, "full")


def test_what_is_read_is_not_written_over(tmp_path: Path) -> None:
    """Predictions into the rows that are measured, also by another name, or figures over the checkpoint's own."""
    rows, other, checkpoint = tmp_path / "rows.jsonl", tmp_path / "link.jsonl", tmp_path / "compact"
    rows.touch()
    other.symlink_to(rows)
    checkpoint.mkdir()
    with pytest.raises(typer.BadParameter, match="is read here"):
        Places(None, other, None).keep_apart(checkpoint, [Path("-"), rows])
    with pytest.raises(typer.BadParameter, match="is the checkpoint"):
        Places(tmp_path / "compact" / "..", None, None).keep_apart(tmp_path, [rows])
    (checkpoint / "metrics.json").touch()
    with pytest.raises(typer.BadParameter, match="is read here"):
        Places(None, checkpoint / "metrics.json", None).keep_apart(checkpoint, [rows])
    with pytest.raises(typer.BadParameter, match="is read here"):
        Places(None, rows, None).keep_apart(checkpoint, [tmp_path])
    with pytest.raises(typer.BadParameter, match="is what is measured on"):
        Places(tmp_path, None, None).keep_apart(checkpoint, [tmp_path])
    Places(tmp_path / "new", tmp_path / "new.jsonl", None).keep_apart(checkpoint, [rows])


def test_predictions_do_not_go_into_what_comes_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`evaluate compact - --predictions rows.jsonl < rows.jsonl`; another file may be written beside standard input."""
    rows, other = tmp_path / "rows.jsonl", tmp_path / "other.jsonl"
    rows.touch()
    other.touch()
    with rows.open() as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        with pytest.raises(typer.BadParameter, match="is read here"):
            Places(None, rows, None).keep_apart(tmp_path / "compact", [Path("-")])
        Places(None, other, None).keep_apart(tmp_path / "compact", [Path("-")])
