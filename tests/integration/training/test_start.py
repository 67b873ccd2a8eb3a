"""A run may begin with the weights of a checkpoint."""

from pathlib import Path

import pytest
import tiny
import torch

from emotionstream.inference.model.emotion_model import EmotionModel
from emotionstream.inference.model.storage import load_model, save_weights
from emotionstream.schemas.errors import CheckpointError, SettingsError
from emotionstream.training.run import start_folder, take_weights
from emotionstream.training.work import agree, stage_plan


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """A checkpoint of the tiny model."""
    torch.manual_seed(7)
    save_weights(EmotionModel(tiny.config()), tmp_path / "before")
    return tmp_path / "before"


def test_the_weights_are_the_checkpoints(checkpoint: Path) -> None:
    """Every one of them, and the new model keeps its own configuration."""
    model = tiny.model()
    take_weights(model, checkpoint)
    for name, value in load_model(checkpoint).state_dict().items():
        assert torch.equal(value, model.state_dict()[name]), name


def test_a_checkpoint_of_other_parts_is_refused(checkpoint: Path) -> None:
    """The message says which settings must agree."""
    with pytest.raises(CheckpointError, match="`recipe` and `encoders` must be"):
        take_weights(tiny.model(encoders=2), checkpoint)


def test_the_start_is_found_by_path_or_name(checkpoint: Path) -> None:
    """Without one a run begins with published encoders; one that is not there is named."""
    assert start_folder(tiny.settings()) is None
    assert start_folder(tiny.settings().model_copy(update={"start": str(checkpoint)})) == checkpoint.resolve()
    with pytest.raises(CheckpointError, match=r"no checkpoint 'nowhere': .*`start` names"):
        start_folder(tiny.settings().model_copy(update={"start": "nowhere"}))


def test_a_run_that_began_otherwise_does_not_go_on(checkpoint: Path, tmp_path: Path) -> None:
    """A saved state belongs to the weights that the run began with, not to their place."""
    note, state = tmp_path / "all.plan.json", tmp_path / "all.state.pt"
    plan = tiny.settings().model_copy(update={"start": str(checkpoint)})
    agree(note, stage_plan(plan, 0, ("tiny",), tiny.examples(), checkpoint), [state])
    state.touch()
    moved = checkpoint.rename(tmp_path / "moved")
    agree(note, stage_plan(plan, 0, ("tiny",), tiny.examples(), moved), [state])
    with pytest.raises(SettingsError, match=r"start was sha256:.*, is not there"):
        agree(note, stage_plan(tiny.settings(), 0, ("tiny",), tiny.examples()), [state])
