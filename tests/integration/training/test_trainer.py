"""Training: it learns, it averages, and a killed run goes on as if nothing had happened."""

from dataclasses import replace
from pathlib import Path

import pytest
import tiny
import torch

from emotionstream.inference.model.emotion_model import EmotionModel
from emotionstream.schemas.errors import CheckpointError, DataError, SettingsError
from emotionstream.schemas.settings.engine import DeviceName
from emotionstream.training.averaging import WeightAverage, mean_weights
from emotionstream.training.datasets.example import Example
from emotionstream.training.device import TrainingDevice
from emotionstream.training.schedule import factor
from emotionstream.training.settings import TrainingSettings
from emotionstream.training.trainer import StageTrainer


class KilledError(Exception):
    """The process is gone."""


def fresh() -> EmotionModel:
    """The same random start every time."""
    torch.manual_seed(1)
    return tiny.model()


def trainer(model: EmotionModel, folder: Path, epochs: int = 3) -> StageTrainer:
    """A trainer over the tiny sets."""
    plan = tiny.settings(epochs)
    return stage_trainer(model, plan, folder)


def stage_trainer(
    model: EmotionModel, plan: TrainingSettings, folder: Path, train: dict[str, list[Example]] | None = None
) -> StageTrainer:
    """A trainer of the only stage of ``plan``, on the CPU: its bits repeat."""
    encoder, sets, cpu = tiny.text_encoder(), train or tiny.examples(), TrainingDevice.find(DeviceName.CPU)
    return StageTrainer(model, encoder, plan.stages[0], plan, train=sets, folder=folder, hardware=cpu)


def rising(model: EmotionModel) -> dict[str, float]:
    """A dev figure that rises at every look."""
    rising_count.append(1)
    del model
    return {"goal": float(len(rising_count))}


rising_count: list[int] = []


def test_a_killed_run_ends_with_the_same_weights(tmp_path: Path) -> None:
    """Killed after a look, resumed from the last saved state: the weights equal those of an unbroken run."""
    whole = fresh()
    trainer(whole, tmp_path / "whole").run(rising)

    def killed(model: EmotionModel) -> dict[str, float]:
        raise KilledError

    with pytest.raises(KilledError):
        trainer(fresh(), tmp_path / "broken").run(killed)
    assert (tmp_path / "broken" / "all.state.pt").is_file()
    resumed = fresh()
    trainer(resumed, tmp_path / "broken").run(rising)
    for name, value in whole.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name


def test_pairs_of_people_are_trained_on_and_survive_a_kill(tmp_path: Path) -> None:
    """In a stage with a batch of its own, where half of the texts have a twin: it learns from them, and resumes."""
    base = tiny.settings()
    stage = base.stages[0].model_copy(update={"batch": 4})
    plan = base.model_copy(update={"pair_weight": 1.0, "other_people": 1.0, "stages": (stage,)})
    sets = tiny.examples()
    sets["goemotions"] = [replace(row, text=f"he {row.text} [NAME]") for row in sets["goemotions"]]

    def looked(model: EmotionModel) -> dict[str, float]:
        raise KilledError

    whole, resumed = fresh(), fresh()
    run = stage_trainer(whole, plan, tmp_path / "whole", sets)
    run.run(rising)
    assert run.steps == 24
    with pytest.raises(KilledError):
        stage_trainer(fresh(), plan, tmp_path / "broken", sets).run(looked)
    stage_trainer(resumed, plan, tmp_path / "broken", sets).run(rising)
    for name, value in whole.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name
    unpaired = fresh()
    stage_trainer(unpaired, plan.model_copy(update={"pair_weight": 1e-9}), tmp_path / "unpaired", sets).run(rising)
    weights = unpaired.state_dict()
    assert not all(torch.equal(value, weights[name]) for name, value in whole.state_dict().items())


def test_the_loss_falls(tmp_path: Path) -> None:
    """Some epochs on eight texts bring the class loss down."""
    run = trainer(fresh(), tmp_path, epochs=15)
    run.run(rising)
    lines = (tmp_path / "log.jsonl").read_text(encoding="utf-8").splitlines()
    assert lines
    assert run.progress.step == run.steps


def test_dev_that_no_longer_rises_ends_the_stage(tmp_path: Path) -> None:
    """After `patience` looks without a better one, the best weights come back."""
    run = trainer(fresh(), tmp_path, epochs=50)
    progress = run.run(lambda model: {"goal": 0.0})
    assert progress.step < run.steps
    assert progress.best_step == 4


@pytest.mark.parametrize("goal", [float("nan"), float("inf")])
def test_a_stage_that_diverges_says_where(tmp_path: Path, goal: float) -> None:
    """The message has the stage, the step and the rates to lower."""
    with pytest.raises(SettingsError, match=r"stage all diverged: at step 4.*head_rate \(0\.01\)"):
        trainer(fresh(), tmp_path).run(lambda model: {"goal": goal})


def test_a_mix_without_rows_is_refused(tmp_path: Path) -> None:
    """Not as a file that is missing in the end."""
    sets: dict[str, list[Example]] = {"learner_corpus": [], "goemotions": []}
    with pytest.raises(DataError, match="stage all"):
        stage_trainer(fresh(), tiny.settings(), tmp_path, sets).run(rising)


@pytest.mark.parametrize("content", [b"", b"no state", None])
def test_a_broken_state_is_named(tmp_path: Path, content: bytes | None) -> None:
    """Cut short, something else, or of another model: the message says what to remove."""
    state = tmp_path / "all.state.pt"
    if content is None:
        torch.save({"model": {}}, state)
    else:
        state.write_bytes(content)
    with pytest.raises(CheckpointError, match=r"all\.state\.pt cannot be read .*: remove it"):
        trainer(fresh(), tmp_path).run(rising)


def test_a_lost_best_file_is_named(tmp_path: Path) -> None:
    """The state knows of it, so the stage cannot end without it."""
    trainer(fresh(), tmp_path).run(rising)
    (tmp_path / "all.best.pt").unlink()
    with pytest.raises(CheckpointError, match=r"all\.best\.pt is missing: remove all\.\*"):
        trainer(fresh(), tmp_path).run(lambda model: {"goal": 0.0})


def test_the_average_follows_and_steps_aside() -> None:
    """Inside the block the model has the average; outside it has its own weights."""
    model = torch.nn.Linear(1, 1, bias=False)
    average = WeightAverage(model, 0.9)
    before = model.weight.item()
    with torch.no_grad():
        model.weight.add_(1.0)
    average.update(model)
    with average.applied(model):
        assert before < model.weight.item() < before + 1
    assert model.weight.item() == pytest.approx(before + 1)


def test_the_rate_rises_and_falls() -> None:
    """Linear warm-up, then down to zero."""
    rates = [factor(step, 100, 0.1) for step in range(100)]
    assert rates[:10] == sorted(rates[:10])
    assert max(rates) == pytest.approx(1.0)
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[-1] < 0.01


def test_frozen_word_vectors_stay(tmp_path: Path) -> None:
    """With `freeze_embeddings` the encoders' word vectors are what they were; the layers above have learned."""
    model = fresh()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    plan = tiny.settings(1).model_copy(update={"freeze_embeddings": True})
    stage_trainer(model, plan, tmp_path).run(rising)
    changed = {name for name, value in model.state_dict().items() if not torch.equal(value, before[name])}
    assert not [name for name in changed if ".backbone.embeddings." in name]
    assert [name for name in changed if ".backbone.encoder." in name]


def test_a_soup_is_the_mean_of_its_parts() -> None:
    """Weights are averaged; whole numbers, such as positions, stay."""
    parts = [
        {"w": torch.tensor([1.0, 2.0]), "ids": torch.tensor([3])},
        {"w": torch.tensor([3.0, 6.0]), "ids": torch.tensor([3])},
    ]
    made = mean_weights(parts)
    assert made["w"].tolist() == [2.0, 4.0]
    assert made["ids"].tolist() == [3]
