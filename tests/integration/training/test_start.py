"""A run may begin with the weights of a checkpoint."""

from pathlib import Path

import pytest
import tiny
import torch

from emotionstream.inference.model.config import ModelConfig
from emotionstream.inference.model.emotion_model import EmotionModel
from emotionstream.inference.model.storage import load_model, save_weights
from emotionstream.schemas.errors import CheckpointError, SettingsError
from emotionstream.training.datasets.terms import NON_COMMERCIAL
from emotionstream.training.settings import TrainingSettings
from emotionstream.training.start import Start
from emotionstream.training.teacher import teach
from emotionstream.training.work import agree, run_plan, stage_plan


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """A checkpoint of the tiny model."""
    torch.manual_seed(7)
    save_weights(EmotionModel(tiny.config()), tmp_path / "before")
    tiny.tokenizer().save(str(tmp_path / "before" / "tokenizer.json"))
    return tmp_path / "before"


@pytest.fixture
def tokenizers(tmp_path: Path) -> Path:
    """Where a run has put the tokenizers of its model, of one encoder or two."""
    folder = tmp_path / "trained"
    folder.mkdir()
    for name in ("tokenizer", "tokenizer_0", "tokenizer_1"):
        tiny.tokenizer().save(str(folder / f"{name}.json"))
    return folder


def from_there(checkpoint: Path, **more: object) -> TrainingSettings:
    """The tiny run, begun with ``checkpoint``."""
    return tiny.settings().model_copy(update={"start": str(checkpoint), **more})


def found(checkpoint: Path) -> Start:
    """The start that settings name."""
    start = Start.find(from_there(checkpoint))
    assert start is not None
    return start


def test_the_weights_are_the_checkpoints(checkpoint: Path, tokenizers: Path) -> None:
    """Every one of them."""
    model = tiny.model()
    found(checkpoint).give(model, tokenizers)
    for name, value in load_model(checkpoint).state_dict().items():
        assert torch.equal(value, model.state_dict()[name]), name
    assert found(checkpoint).describe() == "tiny 1"


def test_a_checkpoint_of_other_parts_is_refused(checkpoint: Path, tokenizers: Path) -> None:
    """Also where all shapes agree. The message says in few words what differs."""
    with pytest.raises(CheckpointError, match=r"another number of encoders.*`recipe` and `encoders` must be"):
        found(checkpoint).give(tiny.model(encoders=2), tokenizers)
    config = tiny.config()
    shorter = config.encoders[0].model_copy(update={"max_tokens": 16})
    with pytest.raises(CheckpointError, match=r"another encoder 1\."):
        found(checkpoint).give(EmotionModel(config.model_copy(update={"encoders": (shorter,)})), tokenizers)
    (tokenizers / "tokenizer.json").write_text("{}", encoding="utf-8")
    with pytest.raises(CheckpointError, match=r"another tokenizer 1\."):
        found(checkpoint).give(tiny.model(), tokenizers)


def test_a_run_does_not_write_over_what_it_begins_with(checkpoint: Path, tmp_path: Path) -> None:
    """A killed run could not go on, and the checkpoint would be half of each."""
    found(checkpoint).keep_apart(tmp_path / "to", tmp_path / "work" / "trained")
    with pytest.raises(SettingsError, match="written over"):
        found(checkpoint).keep_apart(tmp_path / "to", tmp_path / "x" / ".." / "before")


def test_the_start_is_found_by_path_or_name(checkpoint: Path) -> None:
    """Without one a run begins with published encoders; one that is not there is named."""
    assert Start.find(tiny.settings()) is None
    assert found(checkpoint).folder == checkpoint.resolve()
    with pytest.raises(CheckpointError, match=r"no checkpoint 'nowhere': .*`start` names"):
        Start.find(from_there(Path("nowhere")))


def test_research_stays_research(checkpoint: Path) -> None:
    """What comes of a checkpoint for research only is marked as that one is."""
    ModelConfig.read(checkpoint).model_copy(update={"license": NON_COMMERCIAL}).write(checkpoint)
    with pytest.raises(SettingsError, match="non_commercial = true"):
        Start.find(from_there(checkpoint))
    assert Start.find(from_there(checkpoint, non_commercial=True)) is not None


def test_a_run_that_began_otherwise_does_not_go_on(checkpoint: Path, tmp_path: Path) -> None:
    """A saved state belongs to the weights that the run began with, not to their place."""
    note, state = tmp_path / "all.plan.json", tmp_path / "all.state.pt"
    agree(note, stage_plan(from_there(checkpoint), 0, ("tiny",), tiny.examples(), checkpoint), [state])
    state.touch()
    moved = checkpoint.rename(tmp_path / "moved")
    agree(note, stage_plan(from_there(moved), 0, ("tiny",), tiny.examples(), moved), [state])
    with pytest.raises(SettingsError, match=r"start was sha256:.*, is not there"):
        agree(note, stage_plan(tiny.settings(), 0, ("tiny",), tiny.examples()), [state])
    assert run_plan(from_there(moved), ("tiny",), moved) != run_plan(tiny.settings(), ("tiny",))


def test_teachers_that_leave_texts_out_begin_anew(checkpoint: Path, tmp_path: Path) -> None:
    """The checkpoint may have seen what a fold leaves out."""
    with pytest.raises(SettingsError, match="--folds"):
        teach(from_there(checkpoint), tmp_path, tmp_path, tmp_path, unlabelled=1, folds=3)
