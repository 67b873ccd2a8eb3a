"""What a user names as data: JSONL files, standard input, and data folders."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import structlog

from emotionstream.schemas.errors import DataError
from emotionstream.training.datasets.catalogue import EEC, EMOBANK, GOEMOTIONS, LEARNER
from emotionstream.training.datasets.corpus import DEV_FILES, read_messages, train_files
from emotionstream.training.datasets.eec import FILE, EquitySentence, read_eec
from emotionstream.training.datasets.emobank import read_emobank
from emotionstream.training.datasets.example import Example, normalised
from emotionstream.training.datasets.goemotions import read_goemotions
from emotionstream.training.datasets.places import place_of, require
from emotionstream.training.datasets.sessions import read_sessions
from emotionstream.training.evaluate.case import CaseSet, of_examples
from emotionstream.training.evaluate.jsonl import STDIN, read_jsonl

log = structlog.get_logger()

_DEV: Final = {
    GOEMOTIONS: ("dev.tsv",),
    EMOBANK: ("emobank_train_dev.csv",),
    **{name: (f"{name}.jsonl",) for name in DEV_FILES},
}
_HOME: Final = {name: LEARNER for name in DEV_FILES}
"""Which data set's folder the file of a dev set lies in, where they have different names."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Rows to measure on, sentences for fairness (empty: none), and the first data folder among the arguments."""

    sets: tuple[CaseSet, ...]
    equity: tuple[EquitySentence, ...]
    folder: Path | None


def read_sources(paths: Sequence[Path]) -> Sources:
    """Everything that ``paths`` name; a set's name is that of its file, numbered where two have the same.

    Raises:
        DataError: a path is missing, has no row, or is a folder without data.
    """
    sets: list[CaseSet] = []
    equity: list[EquitySentence] = []
    folders: list[Path] = []
    for path in paths:
        if path.is_dir():
            folders.append(path)
            found = read_folder(path)
            sets += found.sets
            equity += found.equity
        elif str(path) == STDIN or path.is_file():
            sets.append(read_jsonl(path))
        else:
            raise DataError(f"{path}: there is no such file or folder")
    return Sources(_distinct(sets), tuple(equity), folders[0] if folders else None)


def read_folder(folder: Path) -> Sources:
    """The dev sets in a data folder (docs/data.md has its layout), or else every ``.jsonl`` file in it.

    Raises:
        DataError: there is nothing to measure on. The message names what could be there, and where it comes from.
    """
    there = [name for name, (file,) in _DEV.items() if (place_of(folder, _HOME.get(name, name)) / file).is_file()]
    own = place_of(folder, LEARNER).parent == folder
    if not own and all(name in DEV_FILES for name in there):
        # Nothing of a data folder's is here: only the learner corpus of the checkout was found.
        if files := sorted(folder.glob("*.jsonl")):
            return Sources(tuple(read_jsonl(file) for file in files), (), None)
        require(folder, {GOEMOTIONS: _DEV[GOEMOTIONS], EMOBANK: _DEV[EMOBANK]})
    for name in _DEV.keys() - set(there):
        log.warning("not measured: it is not in the data folder", set=name, file=_DEV[name][0])
    equity = read_eec(folder) if (place_of(folder, EEC) / FILE).is_file() else []
    return Sources(tuple(of_examples(name, _dev(folder, name)) for name in there), tuple(equity), folder)


def trained_on(known: Mapping[str, Collection[str]], texts: Sequence[str]) -> dict[str, int]:
    """How many of ``texts`` stand in ``known`` (by source, normalised): figures on those are too good."""
    asked = [normalised(text) for text in texts]
    counts = {name: sum(text in keys for text in asked) for name, keys in known.items()}
    return {name: count for name, count in counts.items() if count}


def training_texts(folder: Path | None) -> dict[str, frozenset[str]]:
    """Normalised training texts by source: in the data folder if there is one, and the checkout's learner corpus."""
    return {name: frozenset(map(normalised, texts)) for name, texts in _training_texts(folder).items()}


def _training_texts(folder: Path | None) -> dict[str, list[str]]:
    base = folder if folder is not None else Path()
    found: dict[str, list[str]] = {}
    try:
        found["learner corpus"] = [e.text for name in train_files(base) for e in read_messages(base, name)]
        found["sessions (readiness and policy)"] = [m.text for s in read_sessions(base) for m in s.messages]
    except DataError:
        log.debug("no learner corpus to compare with")
    if folder is not None and (place_of(folder, GOEMOTIONS) / "train.tsv").is_file():
        found["goemotions train"] = [example.text for example in read_goemotions(folder, "train")]
    return found


def _dev(folder: Path, name: str) -> list[Example]:
    if name == GOEMOTIONS:
        return read_goemotions(folder, "dev")
    return read_emobank(folder, "dev") if name == EMOBANK else read_messages(folder, name)


def _distinct(sets: Sequence[CaseSet]) -> tuple[CaseSet, ...]:
    seen: dict[str, int] = {}
    found: list[CaseSet] = []
    for part in sets:
        seen[part.name] = seen.get(part.name, 0) + 1
        number = seen[part.name]
        found.append(part if number == 1 else replace(part, name=f"{part.name}-{number}"))
    return tuple(found)


def read_training(paths: Sequence[Path]) -> list[CaseSet]:
    """Training rows: of JSONL files, and the training sets of data folders.

    Raises:
        DataError: a path is missing or has no row.
    """
    found: list[CaseSet] = []
    for path in paths:
        if path.is_dir():
            found += _training_sets(path)
        elif str(path) == STDIN or path.is_file():
            found.append(read_jsonl(path))
        else:
            raise DataError(f"{path}: there is no such file or folder")
    return found


def _training_sets(folder: Path) -> list[CaseSet]:
    found = [of_examples(f"learner {name}", read_messages(folder, name)) for name in train_files(folder)]
    if (place_of(folder, GOEMOTIONS) / "train.tsv").is_file():
        found.append(of_examples(GOEMOTIONS, read_goemotions(folder, "train")))
    if (place_of(folder, EMOBANK) / _DEV[EMOBANK][0]).is_file():
        found.append(of_examples(EMOBANK, read_emobank(folder, "train")))
    return found
