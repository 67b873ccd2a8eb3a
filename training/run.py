"""Train an EmotionModel from a settings file, top to bottom: data, stages, best weights."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import structlog
import torch

from emotionstream.inference.model.emotion_model import EmotionModel
from emotionstream.inference.model.published import pretrained_model
from emotionstream.inference.model.storage import save_weights
from emotionstream.schemas.settings.model import RECIPES, Recipe
from emotionstream.training import saved
from emotionstream.training.assembly import Corpus, assemble
from emotionstream.training.averaging import mean_weights
from emotionstream.training.datasets.corpus import DEV_FILES
from emotionstream.training.datasets.places import EMOBANK, GOEMOTIONS
from emotionstream.training.datasets.terms import NON_COMMERCIAL
from emotionstream.training.device import TrainingDevice
from emotionstream.training.rows import TextEncoder
from emotionstream.training.scoring import emobank_figures, goemotions_figures, learner_figures, score, torch_predict
from emotionstream.training.settings import TrainingSettings
from emotionstream.training.start import Start
from emotionstream.training.trainer import Look, StageTrainer
from emotionstream.training.work import agree, stage_plan

log = structlog.get_logger()


def train(settings: TrainingSettings, data: Path, work: Path, kept: Callable[[str], bool] | None = None) -> Path:
    """Train all stages; state and log lie in ``work``. Returns the folder with the trained weights, ``work``/trained.

    ``kept`` says of a text whether it is trained on; without it all are.

    Raises:
        SettingsError: the settings' device is not there, the checkpoint to begin with is for research only, ``work``
            was begun with other settings, or a stage diverged.
        DataError: a data set is missing.
        CheckpointError: an encoder, a saved file or the checkpoint to begin with cannot be loaded.
    """
    hardware, start = TrainingDevice.find(settings.device), Start.find(settings)
    if start is not None:
        start.keep_apart(work / "trained")
    # 1. Data: every source of the mix, with dev texts taken out.
    wanted = frozenset(name for stage in settings.stages for name in stage.mix)
    corpus = assemble(data, wanted, non_commercial=settings.non_commercial)
    if kept is not None:
        some = {name: [row for row in rows if kept(row.text)] for name, rows in corpus.train.items()}
        corpus = replace(corpus, train=some)
    log.info("data read", **{name: len(rows) for name, rows in corpus.train.items()})
    # 2. Model: published encoders and random heads, or a checkpoint to go on from.
    torch.manual_seed(settings.seed)
    sources = tuple(encoder_source(name) for name in settings.encoders)
    model = pretrained_model(recipe_of(settings), sources, settings.version)
    folder = work / "trained"
    save_tokenizers(model, sources, folder)
    if start is not None:
        start.give(model, folder)
    encoder = TextEncoder.open(model.config, folder)
    # 3. Stages, each from the best weights of the one before.
    for number, stage in enumerate(settings.stages):
        done = work / f"{stage.name}.done.pt"
        plan = stage_plan(settings, number, sources, corpus.train, start.folder if start else None)
        agree(work / f"{stage.name}.plan.json", plan, (done, work / f"{stage.name}.state.pt"))
        if done.is_file():
            load_weights(model, done)
            continue
        trainer = StageTrainer(model, encoder, stage, settings, train=corpus.train, folder=work, hardware=hardware)
        trainer.run(dev_look(encoder, corpus, bf16=hardware.mixed))
        saved.save(model.state_dict(), done)
    # 4. Weights.
    if settings.soup:
        model.load_state_dict(mean_weights([saved.load(work / f"{name}.done.pt") for name in settings.soup]))
    save_weights(model, folder)
    return folder


def load_weights(model: EmotionModel, path: Path) -> None:
    """Give ``model`` the weights of a stage that is done.

    Raises:
        CheckpointError: they are broken, or another model's.
    """
    weights = saved.load(path)
    try:
        model.load_state_dict(weights)
    except (TypeError, RuntimeError) as error:
        raise saved.unreadable(path, error) from error


def recipe_of(settings: TrainingSettings) -> Recipe:
    """The recipe that the settings name, with the licence that its data allow."""
    recipe = RECIPES[settings.recipe]
    return replace(recipe, license=NON_COMMERCIAL) if settings.non_commercial else recipe


def encoder_source(name: str) -> str:
    """``package:path`` -> the folder inside an installed package; anything else stays as it is."""
    package, _, inside = name.partition(":")
    return str(files(package).joinpath(inside)) if inside and not Path(name).exists() else name


def save_tokenizers(model: EmotionModel, sources: tuple[str, ...], folder: Path) -> None:
    """Copy each encoder's ``tokenizer.json`` into the checkpoint's folder."""
    from transformers import AutoTokenizer  # noqa: PLC0415  # slow to import, and not needed for a plain folder

    folder.mkdir(parents=True, exist_ok=True)
    for config, source in zip(model.config.encoders, sources, strict=True):
        plain = Path(source) / "tokenizer.json"
        if plain.is_file():
            shutil.copyfile(plain, folder / config.tokenizer)
        else:
            AutoTokenizer.from_pretrained(source).backend_tokenizer.save(str(folder / config.tokenizer))


def dev_look(encoder: TextEncoder, corpus: Corpus, *, bf16: bool) -> Look:
    """Figures on all dev sets; the goal is the mean of what the checkpoint is asked for."""

    def look(model: EmotionModel) -> dict[str, float]:
        return summary(all_figures(model, encoder, corpus.dev, bf16=bf16))

    return look


def all_figures(model: EmotionModel, encoder: TextEncoder, dev: dict[str, Any], *, bf16: bool) -> dict[str, Any]:
    """Full figures per dev set."""
    predict = torch_predict(model, bf16=bf16)
    outputs = {name: score(predict, encoder, [example.text for example in rows]) for name, rows in dev.items()}
    found = {name: learner_figures(outputs[name], dev[name]) for name in DEV_FILES}
    found[GOEMOTIONS] = goemotions_figures(outputs[GOEMOTIONS], dev[GOEMOTIONS])
    found[EMOBANK] = emobank_figures(outputs[EMOBANK], dev[EMOBANK])
    return found


def summary(found: dict[str, Any]) -> dict[str, float]:
    """The few figures that are watched during training, and their mean as the goal."""
    bank = found[EMOBANK]["pad"]
    few = {
        "macro_f1_28": found[GOEMOTIONS]["macro_f1_28"],
        "r_v": bank["pleasure"]["r"],
        "r_a": bank["arousal"]["r"],
        "r_d": bank["dominance"]["r"],
        "top1": found["messages_dev"]["top1"],
        "acceptable": found["messages_dev"]["acceptable"],
        "top1_2": found["messages_dev_2"]["top1"],
        "acceptable_2": found["messages_dev_2"]["acceptable"],
    }
    bank_mean = (few["r_v"] + few["r_a"] + few["r_d"]) / 3
    learner_mean = (few["top1"] + few["acceptable"] + few["top1_2"] + few["acceptable_2"]) / 4
    few["nll"] = found["messages_dev"]["nll"]
    few["goal"] = (few["macro_f1_28"] + bank_mean + 2 * learner_mean) / 4
    return few
