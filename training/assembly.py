"""What a run trains on and looks at: all sources read, dev kept out of train."""

from dataclasses import dataclass
from pathlib import Path

from emotionstream.training.datasets.corpus import DEV_FILES, TRAIN_FILES, read_messages
from emotionstream.training.datasets.emobank import read_emobank
from emotionstream.training.datasets.example import Example, without_repeats, without_texts
from emotionstream.training.datasets.goemotions import read_goemotions
from emotionstream.training.datasets.places import EMOBANK, GOEMOTIONS, IRC, LEARNER, PLACES, SIGHT, TEACHER
from emotionstream.training.datasets.sessions import read_sessions
from emotionstream.training.datasets.teacher import read_unlabelled, with_soft_labels


@dataclass(frozen=True, slots=True)
class Corpus:
    """Training rows by data set, and dev rows by file."""

    train: dict[str, list[Example]]
    dev: dict[str, list[Example]]


def assemble(folder: Path, wanted: frozenset[str]) -> Corpus:
    """Everything ``wanted`` (data set names) in the data folder.

    No text of any dev set, and no text of the sessions, stands in train (compared without case and punctuation):
    the readiness and intervention heads are measured on readings of texts that the model has never seen.

    Raises:
        DataError: a set is missing. The message says where it comes from.
    """
    soft = (folder / PLACES[TEACHER].file).is_dir()
    dev = read_dev(folder)
    banned = [example.text for part in dev.values() for example in part]
    banned += [message.text for session in read_sessions(folder) for message in session.messages]
    train = {
        name: without_repeats(without_texts(rows, banned))
        for name, rows in _train(folder, soft).items()
        if name in wanted
    }
    return Corpus(train, dev)


def read_dev(folder: Path) -> dict[str, list[Example]]:
    """The dev sets: goemotions, emobank, messages_dev, messages_dev_2."""
    dev = {GOEMOTIONS: read_goemotions(folder, "dev"), EMOBANK: read_emobank(folder, "dev")}
    return dev | {name: read_messages(folder, name) for name in DEV_FILES}


def _train(folder: Path, soft: bool) -> dict[str, list[Example]]:
    goemotions = read_goemotions(folder, "train")
    learner = {name: read_messages(folder, name) for name in TRAIN_FILES}
    if soft:
        goemotions = with_soft_labels(goemotions, folder, "goemotions_train")
        learner = {name: with_soft_labels(rows, folder, f"learner_{name}") for name, rows in learner.items()}
    rows = {
        GOEMOTIONS: goemotions,
        EMOBANK: read_emobank(folder, "train"),
        LEARNER: [example for part in learner.values() for example in part],
    }
    return rows | ({name: read_unlabelled(folder, name) for name in (IRC, SIGHT)} if soft else {})
