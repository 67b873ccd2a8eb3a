"""A small data folder with every data set in it, for tests that must not need the real ones."""

import csv
import gzip
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from emotionstream.training.datasets.catalogue import PLACES, TEACHER
from emotionstream.training.datasets.label_map import label_map

MESSAGE: dict[str, Any] = {
    "text": "it just clicked",
    "emotion": "breakthrough_moment",
    "also": [],
    "pad": [0.9, 0.6, 0.7],
}
TURN: dict[str, Any] = MESSAGE | {
    "session": "s", "t": 5, "engagement": None, "cognitive_load": 0.4, "readiness": "high", "intervention": "none",
}  # fmt: skip
SAD_COLUMNS = ("sentence", "is_stressor", "top_label", "avg_severity")
HEALTH = "Health, Fatigue, or Physical Pain"


def make(folder: Path) -> Path:
    """Every set but the teacher's, a few rows each. Texts differ, but those that say to be held out."""
    texts = {
        "open/goemotions/train.tsv": "so sad\t25\ta\nHeld out, ONE\t17\tb\nso SAD!\t25\tc\nin two sets\t17\td\n",
        "open/goemotions/dev.tsv": "held out one\t17\ta\n",
        "open/sight/sight_dataset.csv": 'comment video_id\n"thank you, sir" v1\n',
    }
    for name, text in texts.items():
        write(folder / name, text)
    _csv(folder / "open/emobank/emobank_train_dev.csv", ("id", "split", "V", "A", "D", "text"), [
        ("a", "train", 1, 3, 5, "one, two"), ("b", "train", 3, 3, 3, "Held out... two"),
        ("c", "dev", 2, 2, 2, "held out two"),
    ])  # fmt: skip
    _learner(folder / "learner_corpus")
    workbook(
        folder / "open/sad/SAD_v1.xlsx",
        [SAD_COLUMNS, ("so tired", "1", HEALTH, "3"), ("held out two", "0", "Other", "0")],
    )
    _csv(folder / "open/empathic_reactions/messages.csv", ("empathy", "distress", "essay"), [("6", "1", "poor man")])
    _sessions(folder / "open")
    _csv(
        folder / "open/eec/Equity-Evaluation-Corpus.csv",
        ("Sentence", "Template", "Person", "Gender", "Race", "Emotion", "Emotion word"),
        [
            (f"{who} is sad.", "t", who, gender, "", "sadness", "sad")
            for who, gender in (("he", "male"), ("she", "female"))
        ],
    )
    _research(folder / "research")
    return folder


def write(path: Path, text: str) -> None:
    """A file, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def json_lines(path: Path, *rows: Mapping[str, Any]) -> None:
    """One JSON object a line."""
    write(path, "".join(json.dumps(row) + "\n" for row in rows))


def workbook(path: Path, rows: Iterable[Sequence[str]]) -> None:
    """An Excel workbook with one sheet; the first cell of a row is a shared text, the others stand in place."""
    shared: list[str] = []
    lines = []
    for number, row in enumerate(rows, start=1):
        cells = [f'<c r="A{number}" t="s"><v>{len(shared)}</v></c>']
        shared.append(row[0])
        cells += [
            f'<c r="{chr(65 + place)}{number}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'
            for place, text in enumerate(row) if place
        ]  # fmt: skip
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    names = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as book:
        book.writestr(
            "xl/worksheets/sheet1.xml", f"<worksheet {names}><sheetData>{''.join(lines)}</sheetData></worksheet>"
        )
        items = "".join(f"<si><t>{escape(text)}</t></si>" for text in shared)
        book.writestr("xl/sharedStrings.xml", f"<sst {names}>{items}</sst>")


def published_sizes() -> dict[str, dict[str, int | None]]:
    """Of each set but the teacher's, its files and their published rows."""
    return {name: dict(place.files) for name, place in PLACES.items() if name != TEACHER}


def _learner(folder: Path) -> None:
    json_lines(folder / "messages_train.jsonl", MESSAGE, MESSAGE | {"text": "Held out: three"})
    json_lines(
        folder / "messages_train_2.jsonl", MESSAGE | {"text": "in two sets"}, MESSAGE | {"text": "held out, four"}
    )
    json_lines(folder / "messages_dev.jsonl", MESSAGE | {"text": "held out three"})
    json_lines(folder / "messages_dev_2.jsonl", MESSAGE | {"text": "another"})
    json_lines(folder / "sessions.jsonl", TURN | {"text": "held out four"})
    json_lines(folder / "sessions_2.jsonl", TURN | {"session": "r", "text": "hm"})


def _sessions(folder: Path) -> None:
    said = {"id": 1, "text": "4 m", "time": "17:13", "user": "student"}
    answer = {"text": "Not quite", "user": "tutor", "is_revised": True}
    excerpt = {
        "c_id": "1_2", "lesson_topic": "areas", "c_h": [said | {"user": "tutor", "time": "16:00"}, said],
        "c_r": [said | {"user": "tutor"}], "c_r_": [answer], "c_revision": [answer],
        "e": "guess", "z_what": "provide_hint", "z_why": "hint_mistake",
    }  # fmt: skip
    for split in ("train", "validation"):
        write(folder / f"bridge/{split}.json", json.dumps([excerpt]))
    exchange = {
        "past_convo": ["Fill in the blank.", "Is it rosa?"], "studentActions": ["True", "True", "False", "False"],
        "tutorResponses": ["Yes!"], "tutorActions": [[False, True, False, True, False]],
    }  # fmt: skip
    write(folder / "cima/dataset.json", json.dumps({"prepDataset": {"0": exchange}, "shapeDataset": {}}))
    line = {"session_id": "s", "user_id": "u", "sent_at": "2004-12-25T09:14:00.000+00:00", "text": "it works"}
    path = folder / "irc_chat/irc_chat.jsonl.gz"
    path.parent.mkdir(parents=True)
    path.write_bytes(gzip.compress((json.dumps(line) + "\n").encode()))


def _research(folder: Path) -> None:
    names = {name: number for number, name in enumerate(label_map("empathetic_dialogues").labels)}
    write(folder / "empathetic_dialogues/label2idx.json", json.dumps(names))
    columns = ("text", "aug_text", "label")
    proud = names["proud"]
    _csv(folder / "empathetic_dialogues/train.csv", columns, [("i won", "", proud), ("held out five", "", proud)])
    _csv(folder / "empathetic_dialogues/valid.csv", columns, [("held out, five!", "", proud)])
    _csv(
        folder / "crowd_envent/crowd_envent_train.csv",
        ("emotion", "text"),
        [("boredom", "a long talk"), ("trust", "a friend"), ("joy", "i won")],
    )
    _csv(folder / "isear/isear_train.csv", ("emotion", "text"), [("guilt", "I lied.")])
    support = {
        "emotion_type": "anxiety", "problem_type": "job crisis", "situation": "I may lose my job. ",
        "survey_score": {"seeker": {"initial_emotion_intensity": "4"}},
    }  # fmt: skip
    turns = [{"text": "Hi", "speaker": "usr"}, {"text": "Why?", "speaker": "sys", "strategy": "Question"}]
    for split in ("train", "valid"):
        json_lines(folder / f"esconv/{split}.json", support | {"dialog": turns})
    failed = [{"content": "Hi\n", "speaker": "speaker", "annotation": {"feedback": "2"}}]
    write(folder / "esconv/FailedESConv.json", json.dumps([support | {"dialog": failed}]))


def _csv(path: Path, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([columns, *rows])
