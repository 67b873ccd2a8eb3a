"""Where each data set comes from, and where it is looked for in a data folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from emotionstream.schemas.errors import DataError


@dataclass(frozen=True, slots=True)
class Place:
    """A public or own data set: its file in a data folder, its origin and licence, and what it is for."""

    file: str
    origin: str
    license: str
    use: str


GOEMOTIONS: Final = "goemotions"
EMOBANK: Final = "emobank"
LEARNER: Final = "learner_corpus"
TEACHER: Final = "teacher"
IRC: Final = "irc_chat"
SIGHT: Final = "sight"

PLACES: Final[dict[str, Place]] = {
    GOEMOTIONS: Place(
        "open/goemotions",
        "github.com/google-research/google-research, folder goemotions/data: train.tsv, dev.tsv, emotions.txt",
        "Apache-2.0, texts CC BY 4.0",
        "28 labels of Reddit comments",
    ),
    EMOBANK: Place(
        "open/emobank",
        "github.com/JULIELab/EmoBank, file corpus/emobank.csv, saved as emobank_train_dev.csv without its test rows",
        "CC BY-SA 4.0",
        "valence, arousal and dominance of sentences",
    ),
    LEARNER: Place(
        "learner_corpus",
        "written for this project by its authors (with language models), not collected from learners",
        "this project's own",
        "all 41 classes, PAD, readiness and intervention levels in learners' chat",
    ),
    TEACHER: Place(
        "teacher",
        "made from a larger model by this project; optional",
        "this project's own",
        "soft labels for distillation",
    ),
    IRC: Place(
        "open/irc_chat", "github.com/jkkummerfeld/irc-disentanglement, folder data", "CC BY 4.0", "unlabelled chat"
    ),
    SIGHT: Place(
        "open/sight",
        "github.com/rosewang2008/sight, file data/annotations/sight_dataset.csv",
        "MIT",
        "unlabelled comments under lectures",
    ),
}


def locate(folder: Path, name: str, file: str) -> Path:
    """The path of ``file`` of the data set ``name`` in the data folder.

    Raises:
        DataError: it is not there. The message says where the set comes from.
    """
    place = PLACES[name]
    path = folder / place.file / file
    if not path.is_file():
        raise DataError(
            f"data set {name!r} is missing: looked for {path}. It comes from {place.origin} ({place.license})"
        )
    return path
