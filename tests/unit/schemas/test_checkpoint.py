"""Where a checkpoint is looked for."""

from pathlib import Path

import pytest

from emotionstream.schemas.checkpoint import find_checkpoint
from emotionstream.schemas.errors import CheckpointError
from emotionstream.schemas.settings.checkpoint import CheckpointSettings


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with checkpoints ``mine`` and ``runs/mine``."""
    for name in ("mine", "runs/mine"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "config.json").write_text("{}")
    (tmp_path / "models").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", ["./mine", "mine", "mine/", "./runs/mine", "runs/mine", "runs/../mine"])
def test_a_path_is_a_path(here: Path, name: str) -> None:
    """Also one that begins with a dot, and a folder here that is no name of a checkpoint."""
    folder = "runs/mine" if name.endswith("runs/mine") else "mine"
    assert find_checkpoint(CheckpointSettings(name=name)) == (here / folder).resolve()


def test_a_named_checkpoint_comes_before_a_folder_here(here: Path) -> None:
    """A name means what it meant before."""
    (here / "models" / "mine").mkdir()
    (here / "models" / "mine" / "config.json").write_text("{}")
    assert find_checkpoint(CheckpointSettings(name="mine")) == (here / "models" / "mine").resolve()


def test_no_folder_is_told_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the source tree, the models here and those beside the source are the same."""
    monkeypatch.chdir(Path(__file__).parents[3])
    with pytest.raises(CheckpointError) as caught:
        find_checkpoint(CheckpointSettings(name="none"))
    assert str(caught.value).count("models/none") == 1


def test_a_name_that_no_file_can_have_is_not_there(here: Path) -> None:
    """Longer than 255 bytes: no traceback of the system's."""
    with pytest.raises(CheckpointError, match="no checkpoint"):
        find_checkpoint(CheckpointSettings(name="n" * 300))
