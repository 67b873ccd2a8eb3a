"""Which data sets there are: where each comes from, its licence, what it is for, and how many rows it has."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class Part(StrEnum):
    """What a data set does in training."""

    TRAIN = "train"
    """Labelled: a stage's ``mix`` may name it."""
    UNLABELLED = "unlabelled"
    """A ``mix`` may name it where a teacher's soft labels of it are there."""
    SESSIONS = "sessions"
    """Conversations: for the simulator, for replay and load; no emotion is known of them."""
    MEASURE = "measure"
    """For measuring only. Never trained on."""
    TEACHER = "teacher"
    """Soft labels, which go beside the rows of other sets."""


@dataclass(frozen=True, slots=True)
class Place:
    """A public or own data set: its folder in a data folder, where to get it, its licence, and what it is for.

    ``origin`` is one sentence or two that say what to do. ``files`` are those that are read, with the rows that the
    published files have, None where any number will do. ``commercial`` says whether a checkpoint for any use may be
    trained on it; where it is false, the training settings have to be marked ``non_commercial``.
    """

    folder: str
    origin: str
    license: str
    use: str
    part: Part = Part.TRAIN
    files: Mapping[str, int | None] = field(default_factory=dict)
    commercial: bool = True
    needed: bool = False


GOEMOTIONS: Final = "goemotions"
EMOBANK: Final = "emobank"
LEARNER: Final = "learner_corpus"
TEACHER: Final = "teacher"
IRC: Final = "irc_chat"
SIGHT: Final = "sight"
SAD: Final = "sad"
EMPATHIC_REACTIONS: Final = "empathic_reactions"
BRIDGE: Final = "bridge"
CIMA: Final = "cima"
EEC: Final = "eec"
CROWD_ENVENT: Final = "crowd_envent"
EMPATHETIC_DIALOGUES: Final = "empathetic_dialogues"
ISEAR: Final = "isear"
ESCONV: Final = "esconv"

PLACES: Final[dict[str, Place]] = {
    GOEMOTIONS: Place(
        "open/goemotions",
        "Copy train.tsv and dev.tsv from goemotions/data of the GitHub repository google-research/google-research.",
        "Apache-2.0, texts CC BY 4.0",
        "28 labels of Reddit comments",
        files={"train.tsv": 43410, "dev.tsv": 5426},
        needed=True,
    ),
    EMOBANK: Place(
        "open/emobank",
        "Copy corpus/emobank.csv of the GitHub repository JULIELab/EmoBank, under the name emobank_train_dev.csv.",
        "CC BY-SA 4.0",
        "valence, arousal and dominance of sentences",
        files={"emobank_train_dev.csv": 9062},
        needed=True,
    ),
    LEARNER: Place(
        "learner_corpus",
        "Copy training/learner_corpus of this project's repository (a wheel does not hold it).",
        "Apache-2.0",
        "all 41 classes, PAD, readiness and intervention levels in learners' chat",
        files=dict.fromkeys(
            (
                "messages_train.jsonl",
                "messages_train_2.jsonl",
                "messages_dev.jsonl",
                "messages_dev_2.jsonl",
                "sessions.jsonl",
                "sessions_2.jsonl",
            )
        ),
        needed=True,
    ),
    SAD: Place(
        "open/sad",
        "Unpack SAD_v1.zip of the GitHub repository PervasiveWellbeingTech/Stress-Annotated-Dataset-SAD: SAD_v1.xlsx.",
        "MIT; a part of the texts is from LiveJournal",
        "everyday stressors: weak labels of fatigue, pain and distress",
        files={"SAD_v1.xlsx": 6850},
    ),
    EMPATHIC_REACTIONS: Place(
        "open/empathic_reactions",
        "Copy data/responses/data/messages.csv of the GitHub repository wwbp/empathic_reactions.",
        "CC BY 4.0",
        "reactions to news, rated by their writers: weak labels of distress and sympathy",
        files={"messages.csv": 1860},
    ),
    BRIDGE: Place(
        "open/bridge",
        "Copy dataset/train.json and dataset/validation.json of the GitHub repository rosewang2008/bridge.",
        "MIT",
        "real tutoring chat with times and what experts would do: sessions",
        Part.SESSIONS,
        {"train.json": 419, "validation.json": 71},
    ),
    CIMA: Place(
        "open/cima",
        "Copy dataset.json of the GitHub repository kstats/CIMA.",
        "CC BY 2.5",
        "tutoring exchanges with the student's and the tutors' moves: sessions",
        Part.SESSIONS,
        {"dataset.json": 1135},
    ),
    IRC: Place(
        "open/irc_chat",
        "The texts are those of the folder data of the GitHub repository jkkummerfeld/irc-disentanglement, one JSON "
        "object with text a line; they are of use only with the teacher's labels.",
        "CC BY 4.0",
        "unlabelled chat",
        Part.UNLABELLED,
        {"irc_chat.jsonl.gz": 196127},
    ),
    SIGHT: Place(
        "open/sight",
        "Copy data/annotations/sight_dataset.csv of the GitHub repository rosewang2008/sight; it is of use only with "
        "the teacher's labels.",
        "MIT; the comments are from YouTube",
        "unlabelled comments under lectures",
        Part.UNLABELLED,
        {"sight_dataset.csv": 15784},
    ),
    EEC: Place(
        "open/eec",
        "Get Equity-Evaluation-Corpus.csv from its authors (Kiritchenko & Mohammad, 2018: Examining Gender and Race "
        "Bias in Two Hundred Sentiment Analysis Systems).",
        "free for research",
        "fairness by gender and race",
        Part.MEASURE,
        {"Equity-Evaluation-Corpus.csv": 8640},
        commercial=False,
    ),
    TEACHER: Place(
        "teacher",
        "Made from a larger model by this project, and not published: train without this folder, irc_chat and sight.",
        "this project's own",
        "soft labels for distillation",
        Part.TEACHER,
        dict.fromkeys(
            (
                "goemotions_train.npz",
                "learner_messages_train.npz",
                "learner_messages_train_2.npz",
                "irc_chat.npz",
                "sight.npz",
            )
        ),
    ),
    EMPATHETIC_DIALOGUES: Place(
        "research/empathetic_dialogues",
        "Copy data/ED/train.csv and valid.csv of the GitHub repository dinobby/HypEmo, and write label2idx.json from "
        "its config.py: a JSON object of label and number. The column aug_text is not read.",
        "CC BY-NC 4.0",
        "situations, 32 emotions",
        files={"train.csv": 17802, "valid.csv": 2761, "label2idx.json": None},
        commercial=False,
    ),
    CROWD_ENVENT: Place(
        "research/crowd_envent",
        "Get crowd-enVent (Troiano, Oberlaender & Klinger, 2023) from its authors, and keep what was generated, not "
        "validated, as crowd_envent_train.csv with the columns emotion and text, in UTF-8.",
        "for research",
        "descriptions of events, 13 emotions",
        files={"crowd_envent_train.csv": 5400},
        commercial=False,
    ),
    ISEAR: Place(
        "research/isear",
        "Get ISEAR (Scherer & Wallbott, 1994) from the Swiss Centre for Affective Sciences; write its fields Field1 "
        "and SIT as isear_train.csv with the columns emotion and text, without the rows that hold no response.",
        "for research",
        "descriptions of events, 7 emotions",
        files={"isear_train.csv": 6316},
        commercial=False,
    ),
    ESCONV: Place(
        "research/esconv",
        "Copy FailedESConv.json of the GitHub repository thu-coai/Emotional-Support-Conversation, and split its "
        "ESConv.json into train.json and valid.json, one dialogue a line.",
        "CC BY-NC 4.0",
        "emotional support: strategies, feedback, intensity before and after: sessions",
        Part.SESSIONS,
        {"train.json": 910, "valid.json": 195, "FailedESConv.json": 196},
        commercial=False,
    ),
}
