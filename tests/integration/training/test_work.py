"""A work folder goes on with the plan that it was begun with, and with no other."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import tiny

from emotionstream.schemas.errors import CheckpointError, SettingsError
from emotionstream.training.datasets.example import SoftLabels
from emotionstream.training.settings import TrainingSettings
from emotionstream.training.work import agree, stage_plan


def plan_of(settings: TrainingSettings, number: int = 0, sources: tuple[str, ...] = ("tiny",)) -> dict[str, Any]:
    """The plan of a stage over the tiny sets."""
    return stage_plan(settings, number, sources, tiny.examples())


def changed(settings: TrainingSettings, **stage: object) -> TrainingSettings:
    """The same run with another stage."""
    return settings.model_copy(update={"stages": (settings.stages[0].model_copy(update=stage),)})


@pytest.fixture
def begun(tmp_path: Path) -> tuple[Path, list[Path]]:
    """Where the tiny run has noted its plan, and its saved state."""
    note, state = tmp_path / "all.plan.json", tmp_path / "all.state.pt"
    agree(note, plan_of(tiny.settings()), [state])
    state.touch()
    return note, [tmp_path / "all.done.pt", state]


@pytest.mark.parametrize(
    "change", [{}, {"version": "2"}, {"note": "x"}, {"save_every": 9}, {"device": "cpu"}, {"soup": ("all",)}]
)
def test_what_changes_no_weights_goes_on(begun: tuple[Path, list[Path]], change: dict[str, object]) -> None:
    """The same file, another name or device, how often it is saved."""
    agree(begun[0], plan_of(tiny.settings().model_copy(update=change)), begun[1])


def test_other_settings_are_refused(begun: tuple[Path, list[Path]]) -> None:
    """The message names each key that differs, its values, and what to do."""
    other = changed(tiny.settings().model_copy(update={"seed": 3}), epochs=9, mix={"goemotions": 2.0})
    with pytest.raises(SettingsError, match="new --work folder") as caught:
        agree(begun[0], plan_of(other), begun[1])
    for told in ("seed was 20, is 3", "stages.0.epochs was 3, is 9", "learner_corpus was 1.0, is not there"):
        assert told in str(caught.value)


def test_other_rows_encoders_and_stages_before_are_refused(begun: tuple[Path, list[Path]]) -> None:
    """And so are soft labels that were not there."""
    soft = SoftLabels((0.0,) * 41, (0.0,) * 28, (0.0,) * 3, (0.0,) * 3)
    taught = {name: [replace(row, soft=soft) for row in rows] for name, rows in tiny.examples().items()}
    fewer = {name: rows[1:] for name, rows in tiny.examples().items()}
    plan = tiny.settings()
    first, then = plan.stages[0].model_copy(update={"name": "first"}), plan.stages[0]
    others = [
        plan_of(plan, sources=("another",)),
        plan_of(plan.model_copy(update={"stages": (first, then)}), 1),
        *(stage_plan(plan, 0, ("tiny",), rows) for rows in (taught, fewer)),
    ]
    for other in others:
        with pytest.raises(SettingsError):
            agree(begun[0], other, begun[1])


def test_a_later_stage_changes_nothing_of_an_earlier_one(begun: tuple[Path, list[Path]]) -> None:
    """A stage may be added to a run that is done."""
    plan = tiny.settings()
    more = plan.model_copy(update={"stages": (*plan.stages, plan.stages[0].model_copy(update={"name": "more"}))})
    agree(begun[0], plan_of(more), begun[1])


def test_an_encoder_is_known_by_its_weights(begun: tuple[Path, list[Path]], tmp_path: Path) -> None:
    """It may be moved; with other weights it is another."""
    for name, content in (("here", b"1"), ("there", b"1"), ("other", b"2")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "model.safetensors").write_bytes(content)
    here, there, other = (
        plan_of(tiny.settings(), sources=(str(tmp_path / name),))["encoders"] for name in ("here", "there", "other")
    )
    assert here == there
    assert here != other


def test_folders_without_a_plan(begun: tuple[Path, list[Path]]) -> None:
    """States from before are taken; where nothing was saved another plan may begin; a broken note is named."""
    note, states = begun
    other = plan_of(tiny.settings().model_copy(update={"seed": 3}))
    note.write_text("{", encoding="utf-8")
    with pytest.raises(CheckpointError, match=r"all\.plan\.json"):
        agree(note, other, states)
    note.unlink()
    agree(note, other, states)
    assert not note.exists()
    states[1].unlink()
    agree(note, plan_of(tiny.settings()), states)
    agree(note, other, states)
