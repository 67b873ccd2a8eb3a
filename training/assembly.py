"""What a run trains on and looks at: all sources read, dev kept out of train."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from emotionstream.schemas.errors import DataError
from emotionstream.training.datasets.corpus import (
    DEV_FILES,
    TRAIN_FILES,
    dev_files,
    read_messages,
    train_files,
)
from emotionstream.training.datasets.emobank import read_emobank
from emotionstream.training.datasets.example import Example
from emotionstream.training.datasets.goemotions import read_goemotions
from emotionstream.training.datasets.labelled import ADDED, held_out_texts, read_added
from emotionstream.training.datasets.places import (
    EMOBANK,
    GOEMOTIONS,
    IRC,
    LEARNER,
    PLACES,
    SIGHT,
    TEACHER,
    require,
)
from emotionstream.training.datasets.repeats import apart
from emotionstream.training.datasets.sessions import SESSION_FILES, read_sessions
from emotionstream.training.datasets.teacher import read_unlabelled, with_soft_labels
from emotionstream.training.datasets.terms import require_terms

_DEV: Final = {
    GOEMOTIONS: ("dev.tsv",),
    EMOBANK: ("emobank_train_dev.csv",),
    LEARNER: tuple(f"{name}.jsonl" for name in DEV_FILES),
}
_ALWAYS: Final = {
    GOEMOTIONS: ("train.tsv", "dev.tsv"),
    EMOBANK: ("emobank_train_dev.csv",),
    LEARNER: tuple(f"{name}.jsonl" for name in (*TRAIN_FILES, *DEV_FILES, *SESSION_FILES)),
}
_UNLABELLED: Final = {IRC: ("irc_chat.jsonl.gz",), SIGHT: ("sight_dataset.csv",)}
_TAUGHT: Final = ("goemotions_train", *(f"learner_{name}" for name in TRAIN_FILES))


@dataclass(frozen=True, slots=True)
class Corpus:
    """Training rows by data set, and dev rows by file."""

    train: dict[str, list[Example]]
    dev: dict[str, list[Example]]


def assemble(folder: Path, wanted: frozenset[str], *, non_commercial: bool = False) -> Corpus:
    """Everything ``wanted`` (data set names) in the data folder.

    No text of any dev set, and no text of the sessions, stands in train (compared without case and punctuation):
    the readiness and intervention heads are measured on readings of texts that the model has never seen. A text that
    several sets hold stays in one of them.

    Raises:
        SettingsError: a set is for research only, and the checkpoint is not marked ``non_commercial``.
        DataError: a set is missing or unknown. The message names all that are missing, and what to do.
    """
    require_terms(wanted, non_commercial=non_commercial)
    soft = (folder / PLACES[TEACHER].folder).is_dir()
    _require(folder, wanted, soft)
    dev = read_dev(folder)
    banned = [example.text for part in dev.values() for example in part]
    others = [name for name in dev_files(folder) if name not in DEV_FILES]
    banned += [example.text for name in others for example in read_messages(folder, name)]
    banned += [message.text for session in read_sessions(folder) for message in session.messages]
    banned += held_out_texts(folder)
    train = {name: rows for name, rows in _train(folder, wanted, soft).items() if name in wanted}
    return Corpus(apart(train, banned), dev)


def read_dev(folder: Path) -> dict[str, list[Example]]:
    """The dev sets: goemotions, emobank, messages_dev, messages_dev_2."""
    require(folder, _DEV)
    dev = {GOEMOTIONS: read_goemotions(folder, "dev"), EMOBANK: read_emobank(folder, "dev")}
    return dev | {name: read_messages(folder, name) for name in DEV_FILES}


def _require(folder: Path, wanted: frozenset[str], soft: bool) -> None:
    known = {*_ALWAYS, *_UNLABELLED, *ADDED}
    if strange := sorted(wanted - known):
        raise DataError(f"no such data set: {', '.join(strange)}. A stage's mix may name {', '.join(sorted(known))}")
    unlabelled = sorted(wanted & _UNLABELLED.keys())
    teacher = [*_TAUGHT, *unlabelled] if soft else unlabelled
    files = _ALWAYS | {name: _UNLABELLED[name] for name in unlabelled}
    files |= {name: tuple(PLACES[name].files) for name in ADDED if name in wanted}
    require(folder, files | ({TEACHER: tuple(f"{name}.npz" for name in teacher)} if teacher else {}))


def _train(folder: Path, wanted: frozenset[str], soft: bool) -> dict[str, list[Example]]:
    goemotions = read_goemotions(folder, "train")
    learner = {name: read_messages(folder, name) for name in train_files(folder)}
    if soft:
        goemotions = with_soft_labels(goemotions, folder, "goemotions_train")
        # A batch of messages that is younger than the teacher has no soft labels.
        taught = {
            name: with_soft_labels(rows, folder, f"learner_{name}")
            for name, rows in learner.items()
            if (folder / PLACES[TEACHER].folder / f"learner_{name}.npz").is_file()
        }
        learner = learner | taught
    # In the order of what labels are worth: a text that several sets hold stays in the first.
    rows = {
        LEARNER: [example for part in learner.values() for example in part],
        GOEMOTIONS: goemotions,
        EMOBANK: read_emobank(folder, "train"),
    }
    rows |= {name: read_added(folder, name) for name in ADDED if name in wanted}
    return rows | {name: read_unlabelled(folder, name) for name in _UNLABELLED if name in wanted}
