"""Where each data set comes from, and where it is looked for in a data folder."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from emotionstream.schemas.errors import DataError


@dataclass(frozen=True, slots=True)
class Place:
    """A public or own data set: its folder in a data folder, where to get it, its licence, and what it is for.

    ``origin`` is one sentence that says what to do.
    """

    folder: str
    origin: str
    license: str
    use: str


GOEMOTIONS: Final = "goemotions"
EMOBANK: Final = "emobank"
LEARNER: Final = "learner_corpus"
TEACHER: Final = "teacher"
IRC: Final = "irc_chat"
SIGHT: Final = "sight"
EEC: Final = "eec"

SHIPPED_LEARNER: Final = Path(__file__).resolve().parents[1] / "learner_corpus"
"""The learner corpus in a checkout. A wheel does not hold it."""

PLACES: Final[dict[str, Place]] = {
    GOEMOTIONS: Place(
        "open/goemotions",
        "Copy train.tsv and dev.tsv from goemotions/data of the GitHub repository google-research/google-research.",
        "Apache-2.0, texts CC BY 4.0",
        "28 labels of Reddit comments",
    ),
    EMOBANK: Place(
        "open/emobank",
        "Copy corpus/emobank.csv of the GitHub repository JULIELab/EmoBank, under the name emobank_train_dev.csv.",
        "CC BY-SA 4.0",
        "valence, arousal and dominance of sentences",
    ),
    LEARNER: Place(
        "learner_corpus",
        "Copy training/learner_corpus of this project's repository (a wheel does not hold it).",
        "Apache-2.0",
        "all 41 classes, PAD, readiness and intervention levels in learners' chat",
    ),
    TEACHER: Place(
        "teacher",
        "Made from a larger model by this project, and not published: train without this folder, irc_chat and sight.",
        "this project's own",
        "soft labels for distillation",
    ),
    IRC: Place(
        "open/irc_chat",
        "The texts are those of the folder data of the GitHub repository jkkummerfeld/irc-disentanglement, one JSON "
        "object with text a line; they are of use only with the teacher's labels.",
        "CC BY 4.0",
        "unlabelled chat",
    ),
    SIGHT: Place(
        "open/sight",
        "Copy data/annotations/sight_dataset.csv of the GitHub repository rosewang2008/sight; it is of use only with "
        "the teacher's labels.",
        "MIT",
        "unlabelled comments under lectures",
    ),
    EEC: Place(
        "open/eec",
        "Get Equity-Evaluation-Corpus.csv from its authors (Kiritchenko & Mohammad, 2018: Examining Gender and Race "
        "Bias in Two Hundred Sentiment Analysis Systems).",
        "free for research",
        "fairness by gender and race; measuring only, never training",
    ),
}


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
        raise DataError("\n".join([f"the data folder {folder} lacks:", *found, "docs/training.md has its layout."]))


def _lacking(folder: Path, name: str, files: Sequence[str]) -> str:
    place = PLACES[name]
    paths = ", ".join(str(place_of(folder, name) / file) for file in files)
    return f"- {name} ({place.use}): {paths}. {place.origin} Licence: {place.license}."
