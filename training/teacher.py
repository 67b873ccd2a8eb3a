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

from emotionstream.inference.model.storage import load_model
from emotionstream.training.datasets.corpus import read_messages, train_files
from emotionstream.training.datasets.goemotions import read_goemotions
from emotionstream.training.datasets.irc_chat import read_irc_chat
from emotionstream.training.datasets.places import IRC, PLACES, SIGHT
from emotionstream.training.datasets.sight import read_sight
from emotionstream.training.parts import joined
from emotionstream.training.rows import TextEncoder
from emotionstream.training.run import train
from emotionstream.training.scoring import Predict, score, torch_predict
from emotionstream.training.settings import TrainingSettings

log = structlog.get_logger()

LEAST_WORDS = 3
"""Of an unlabelled text: shorter ones are `ok` and `hi`."""

Texts = list[tuple[int, str]]
"""(0-based row of the source file, text)."""


def teach(plan: TrainingSettings, data: Path, work: Path, to: Path, unlabelled: int) -> list[Path]:
    """Train the teacher in ``work`` (a killed run goes on), and write its labels of every training set into ``to``.

    ``unlabelled`` is how many texts it reads of each set without labels that is there.

    Raises:
        DataError: a data set is missing.
        CheckpointError: the encoder cannot be loaded.
    """
    trained = train(plan, data, work)
    model = load_model(trained)
    encoder = TextEncoder.open(model.config, trained)
    predict = torch_predict(model, bf16=True)
    labels = work / "labels"
    labels.mkdir(parents=True, exist_ok=True)
    for name, texts in training_texts(data, unlabelled, plan.seed).items():
        log.info("soft labels", set=name, texts=len(texts))
        write_soft(predict, encoder, texts, labels / f"{name}.npz")
    # All at once: a data folder with some of its soft labels is refused.
    shutil.copytree(labels, to, dirs_exist_ok=True)
    return sorted(to.glob("*.npz"))


def training_texts(data: Path, unlabelled: int, seed: int) -> dict[str, Texts]:
    """What a teacher reads, by the name of the file of its labels. No dev set is among them."""
    sets = {"goemotions_train": [example.text for example in read_goemotions(data, "train")]}
    sets |= {f"learner_{name}": [example.text for example in read_messages(data, name)] for name in train_files(data)}
    rows: dict[str, Texts] = {name: list(enumerate(texts)) for name, texts in sets.items()}
    for name, read in _UNLABELLED.items():
        if (data / PLACES[name].folder).is_dir():
            rows[name] = _some(read(data), unlabelled, seed)
    return rows


def write_soft(predict: Predict, encoder: TextEncoder, texts: Texts, path: Path) -> None:
    """The teacher's labels of ``texts`` in the form that `datasets.teacher` reads."""
    found = score(predict, encoder, [text for _, text in texts])
    columns = {
        "logits41": found.emotion_logits,
        "logits28": found.label_logits,
        "pad_emobank": found.pad_emobank,
        "pad_learner": found.pad,
    }
    rows = np.array([row for row, _ in texts], dtype=np.int64)
    half = {name: values.astype(np.float16) for name, values in columns.items()}
    np.savez_compressed(path, allow_pickle=False, rows=rows, **half)


def _chat(data: Path) -> list[str]:
    return [line.text for line in read_irc_chat(data)]


_UNLABELLED: Final[dict[str, Callable[[Path], list[str]]]] = {IRC: _chat, SIGHT: read_sight}


def _some(texts: Sequence[str], count: int, seed: int) -> Texts:
    long = [row for row, text in enumerate(texts) if len(text.split()) >= LEAST_WORDS]
    chosen = np.random.default_rng(seed).permutation(len(long))[:count]
    return [(long[i], texts[long[i]]) for i in sorted(chosen)]


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m emotionstream.training.teacher", description=__doc__)
    parser.add_argument("settings", type=Path, help="settings file, such as training/teacher.toml")
    parser.add_argument("--data", type=Path, required=True, help="data folder")
    parser.add_argument("--work", type=Path, required=True, help="folder for logs, saved states and the encoder")
    parser.add_argument("--to", type=Path, required=True, help="folder of the labels to write, such as DATA/teacher")
    parser.add_argument("--encoder", type=Path, help="folder of the encoder, instead of the settings' one")
    parser.add_argument("--wheels", type=Path, help="folder of wheels that hold the encoder in parts (*.zip.001 ...)")
    parser.add_argument("--unlabelled", type=int, default=6000, help="texts to read of each set without labels")
    return parser


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    given = _arguments().parse_args(arguments)
    plan = TrainingSettings.read(given.settings)
    encoder = joined(given.wheels, given.work / "encoder") if given.wheels else given.encoder
    if encoder is not None:
        plan = plan.model_copy(update={"encoders": (str(encoder),)})
    for path in teach(plan, given.data, given.work, given.to, given.unlabelled):
        log.info("written", path=str(path))


if __name__ == "__main__":
    main()
