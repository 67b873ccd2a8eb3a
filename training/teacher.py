"""Make a teacher and its soft labels: fine-tune a larger encoder, then let it read all training texts.

Example: ``python -m emotionstream.training.teacher training/teacher.toml --data DATA --work WORK --to DATA/teacher
--wheels WHEELS``
"""

import argparse
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import structlog
from numpy.typing import NDArray

from emotionstream.inference.model.storage import load_model
from emotionstream.schemas.errors import EmotionStreamError, SettingsError
from emotionstream.training.crossfit import Labels, mean, outside, read_labels, unseen, write_labels
from emotionstream.training.datasets.corpus import read_messages, train_files
from emotionstream.training.datasets.goemotions import read_goemotions
from emotionstream.training.datasets.irc_chat import read_irc_chat
from emotionstream.training.datasets.places import IRC, PLACES, SIGHT
from emotionstream.training.datasets.sight import read_sight
from emotionstream.training.device import TrainingDevice
from emotionstream.training.parts import joined
from emotionstream.training.rows import TextEncoder
from emotionstream.training.run import encoder_source, train
from emotionstream.training.scoring import Predict, score, torch_predict
from emotionstream.training.settings import TrainingSettings
from emotionstream.training.start import Start
from emotionstream.training.work import agree, run_plan

log = structlog.get_logger()

LEAST_WORDS = 3
"""Of an unlabelled text: shorter ones are `ok` and `hi`."""

LABELLED_AT_A_TIME = 256
"""Texts of one batch."""

Texts = list[tuple[int, str]]
"""(0-based row of the source file, text)."""


def teach(plan: TrainingSettings, data: Path, work: Path, to: Path, *, unlabelled: int, folds: int = 1) -> list[Path]:
    """Train the teachers in ``work`` (a killed run goes on), and write their labels of every training set into ``to``.

    With one fold a single teacher labels all. With more, each teacher is trained without a part of the texts: a text
    that has labels gets those of the teacher that has not seen it, a text without labels the mean of all.
    ``unlabelled`` is how many texts they read of each set without labels that is there.

    Raises:
        SettingsError: what lies in ``work`` was made with other settings, or several folds begin with a checkpoint.
        DataError: a data set is missing.
        CheckpointError: the encoder cannot be loaded.
    """
    if plan.start and folds > 1:
        raise SettingsError("`start` does not go with --folds: the checkpoint may have seen what a fold leaves out")
    texts = training_texts(data, unlabelled, plan.seed)
    parts = [teach_fold(plan, data, work, texts, fold=fold, folds=folds) for fold in range(folds)]
    labels = work / "labels"
    labels.mkdir(parents=True, exist_ok=True)
    for name, rows in texts.items():
        read = [part[name] for part in parts]
        columns = mean(read) if name in _UNLABELLED else unseen([text for _, text in rows], read)
        write_labels(columns, rows, labels / f"{name}.npz")
    # All at once: a data folder with some of its soft labels is refused.
    shutil.copytree(labels, to, dirs_exist_ok=True)
    return sorted(to.glob("*.npz"))


def teach_fold(
    plan: TrainingSettings, data: Path, work: Path, texts: dict[str, Texts], *, fold: int, folds: int
) -> dict[str, Labels]:
    """Train one teacher, without the texts of ``fold`` where there are several. Returns its labels of all ``texts``.

    They lie in ``work`` too. Teachers do not know of each other, and may be trained side by side.
    """
    folder = work / f"fold-{fold}-of-{folds}"
    made = [_labels(folder, name) for name in texts]
    start = Start.find(plan)
    sources = [encoder_source(name) for name in plan.encoders]
    agree(folder / "labels.plan.json", run_plan(plan, sources, start.folder if start else None), made)
    found = {name: read_labels(_labels(folder, name), rows) for name, rows in texts.items()}
    if todo := [name for name, labels in found.items() if labels is None]:
        trained = train(plan, data, folder, outside(fold, folds))
        where = TrainingDevice.find(plan.device)
        model = load_model(trained).to(where.device)
        encoder = TextEncoder.open(model.config, trained)
        predict = torch_predict(model, bf16=where.mixed)
        for name in todo:
            log.info("soft labels", set=name, texts=len(texts[name]), fold=fold)
            labels = soft_labels(predict, encoder, [text for _, text in texts[name]])
            write_labels(labels, texts[name], _labels(folder, name))
            found[name] = labels
    return {name: labels for name, labels in found.items() if labels is not None}


def _labels(folder: Path, name: str) -> Path:
    place = folder / "labels"
    place.mkdir(parents=True, exist_ok=True)
    return place / f"{name}.npz"


def training_texts(data: Path, unlabelled: int, seed: int) -> dict[str, Texts]:
    """What a teacher reads, by the name of the file of its labels. No dev set is among them."""
    sets = {"goemotions_train": [example.text for example in read_goemotions(data, "train")]}
    sets |= {f"learner_{name}": [example.text for example in read_messages(data, name)] for name in train_files(data)}
    rows: dict[str, Texts] = {name: list(enumerate(texts)) for name, texts in sets.items()}
    for name, read in _UNLABELLED.items():
        if (data / PLACES[name].folder).is_dir():
            rows[name] = _some(read(data), unlabelled, seed)
    return {name: some for name, some in rows.items() if some or name not in _UNLABELLED}


def soft_labels(predict: Predict, encoder: TextEncoder, texts: Sequence[str]) -> dict[str, NDArray[np.float16]]:
    """What a teacher says of ``texts``."""
    found = score(predict, encoder, texts, batch=LABELLED_AT_A_TIME)
    columns = {
        "logits41": found.emotion_logits,
        "logits28": found.label_logits,
        "pad_emobank": found.pad_emobank,
        "pad_learner": found.pad,
    }
    return {name: values.astype(np.float16) for name, values in columns.items()}


def _chat(data: Path) -> list[str]:
    return [line.text for line in read_irc_chat(data)]


_UNLABELLED: Final[dict[str, Callable[[Path], list[str]]]] = {IRC: _chat, SIGHT: read_sight}


def _some(texts: Sequence[str], count: int, seed: int) -> Texts:
    long = [row for row, text in enumerate(texts) if len(text.split()) >= LEAST_WORDS]
    chosen = np.random.default_rng(seed).permutation(len(long))[:count]
    return [(long[i], texts[long[i]]) for i in sorted(chosen)]


def _count(word: str) -> int:
    """``word`` as a number from 1; argparse tells any other."""
    if (number := int(word)) < 1:
        raise argparse.ArgumentTypeError(f"{number} is below 1")
    return number


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m emotionstream.training.teacher", description=__doc__)
    parser.add_argument("settings", type=Path, help="settings file, such as training/teacher.toml")
    parser.add_argument("--data", type=Path, required=True, help="data folder")
    parser.add_argument("--work", type=Path, required=True, help="folder for logs, saved states and the encoder")
    parser.add_argument("--to", type=Path, required=True, help="folder of the labels to write, such as DATA/teacher")
    encoder = parser.add_mutually_exclusive_group()
    encoder.add_argument("--encoder", type=Path, help="folder of the encoder, instead of the settings' one")
    encoder.add_argument("--wheels", type=Path, help="folder of wheels that hold the encoder in parts (*.zip.001 ...)")
    parser.add_argument(
        "--folds", type=int, default=1, help="teachers, each trained without a part that it then labels"
    )
    parser.add_argument("--fold", type=int, help="train only this one of the teachers, from 0, and write no labels yet")
    parser.add_argument("--unlabelled", type=_count, default=6000, help="texts to read of each set without labels")
    return parser


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line. An ``EmotionStreamError`` becomes one line on standard error and its exit code."""
    parser = _arguments()
    given = parser.parse_args(arguments)
    if given.folds < 1 or (given.fold is not None and not 0 <= given.fold < given.folds):
        parser.error("--folds must be 1 or more, and --fold from 0 to one less than --folds")
    try:
        _teach(given)
    except EmotionStreamError as error:
        parser.exit(error.exit_code, f"error: {error}\n")


def _teach(given: argparse.Namespace) -> None:
    plan = TrainingSettings.read(given.settings)
    encoder = joined(given.wheels, given.work / "encoder") if given.wheels else given.encoder
    if encoder is not None:
        plan = plan.model_copy(update={"encoders": (str(encoder),)})
    if given.fold is not None:
        texts = training_texts(given.data, given.unlabelled, plan.seed)
        teach_fold(plan, given.data, given.work, texts, fold=given.fold, folds=given.folds)
        return
    for path in teach(plan, given.data, given.work, given.to, unlabelled=given.unlabelled, folds=given.folds):
        log.info("written", path=str(path))


if __name__ == "__main__":
    main()
