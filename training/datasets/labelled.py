"""The labelled data sets that a run may add to the three it always reads."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from emotionstream.training.datasets.catalogue import (
    CROWD_ENVENT,
    EEC,
    EMPATHETIC_DIALOGUES,
    EMPATHIC_REACTIONS,
    ISEAR,
    PLACES,
    SAD,
)
from emotionstream.training.datasets.crowd_envent import read_crowd_envent
from emotionstream.training.datasets.eec import read_eec
from emotionstream.training.datasets.empathetic_dialogues import read_empathetic_dialogues
from emotionstream.training.datasets.empathic_reactions import read_empathic_reactions
from emotionstream.training.datasets.example import Example
from emotionstream.training.datasets.isear import read_isear
from emotionstream.training.datasets.places import place_of
from emotionstream.training.datasets.sad import read_sad

_READERS: Final[Mapping[str, Callable[[Path], list[Example]]]] = {
    CROWD_ENVENT: read_crowd_envent,
    ISEAR: read_isear,
    EMPATHETIC_DIALOGUES: lambda folder: read_empathetic_dialogues(folder, "train"),
    EMPATHIC_REACTIONS: read_empathic_reactions,
    SAD: read_sad,
}
ADDED: Final = tuple(_READERS)
"""Names that a stage's ``mix`` may have. The sets whose labels say most come first."""


def read_added(folder: Path, name: str) -> list[Example]:
    """The training rows of one of `ADDED` that have a class; the others would only cost time.

    Raises:
        DataError: a file is missing or broken.
    """
    return [row for row in _READERS[name](folder) if row.emotions | row.candidates]


def held_out_texts(folder: Path) -> list[str]:
    """Texts of optional data sets that are there to measure on, and so must not be trained on.

    Raises:
        DataError: a file is broken.
    """
    texts: list[str] = []
    if _there(folder, EMPATHETIC_DIALOGUES):
        texts += [example.text for example in read_empathetic_dialogues(folder, "valid")]
    if _there(folder, EEC):
        texts += [row.sentence for row in read_eec(folder)]
    return texts


def _there(folder: Path, name: str) -> bool:
    return all((place_of(folder, name) / file).is_file() for file in PLACES[name].files)
