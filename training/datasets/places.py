"""Where each data set is looked for in a data folder."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from emotionstream.schemas.errors import DataError
from emotionstream.training.datasets.catalogue import (
    EEC,
    EMOBANK,
    GOEMOTIONS,
    IRC,
    LEARNER,
    PLACES,
    SIGHT,
    TEACHER,
    Place,
)

__all__ = [
    "EEC",
    "EMOBANK",
    "GOEMOTIONS",
    "IRC",
    "LEARNER",
    "PLACES",
    "SHIPPED_LEARNER",
    "SIGHT",
    "TEACHER",
    "Place",
    "locate",
    "place_of",
    "require",
]

SHIPPED_LEARNER: Final = Path(__file__).resolve().parents[1] / "learner_corpus"
"""The learner corpus in a checkout. A wheel does not hold it."""


def place_of(folder: Path, name: str) -> Path:
    """The folder of the data set ``name``: in the data folder, else, for the learner corpus, the one that ships."""
    path = folder / PLACES[name].folder
    return SHIPPED_LEARNER if name == LEARNER and not path.is_dir() and SHIPPED_LEARNER.is_dir() else path


def locate(folder: Path, name: str, file: str) -> Path:
    """The path of ``file`` of the data set ``name``.

    Raises:
        DataError: it is not there. The message says what to do.
    """
    require(folder, {name: (file,)})
    return place_of(folder, name) / file


def require(folder: Path, files: Mapping[str, Sequence[str]]) -> None:
    """Check that the ``files`` of each data set are there.

    Raises:
        DataError: some are not. The message names all of them, and says what to do about each data set.
    """
    lacking = {
        name: [file for file in wanted if not (place_of(folder, name) / file).is_file()]
        for name, wanted in files.items()
    }
    found = [_lacking(folder, name, names) for name, names in lacking.items() if names]
    if found:
        raise DataError("\n".join([f"the data folder {folder} lacks:", *found, "docs/data.md has its layout."]))


def _lacking(folder: Path, name: str, files: Sequence[str]) -> str:
    place = PLACES[name]
    paths = ", ".join(str(place_of(folder, name) / file) for file in files)
    return f"- {name} ({place.use}): {paths}. {place.origin} Licence: {place.license}."
