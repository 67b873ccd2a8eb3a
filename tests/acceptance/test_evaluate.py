"""What a person types who measures the shipped checkpoint on rows of their own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from emotionstream.schemas.emotions import EMOTIONS

MESSAGES = [
    {"text": "thank you so much, you saved my evening", "emotion": "gratitude", "pad": [0.85, 0.5, 0.5]},
    {"text": "i still dont get why we divide here??", "emotion": "confusion", "also": ["frustration"]},
    {"text": "so tired. cant keep my eyes open", "emotion": "fatigue", "pad": [0.3, 0.1, 0.3], "teacher": "ms lee"},
    {"text": "page 84 nr 3 to 7", "emotion": "neutral"},
]
COMMENTS = [
    {"text": "That is hilarious lol", "labels": ["amusement"]},
    {"text": "I love this, thanks!", "labels": [15, "love"]},
    {"text": "What time is it there?", "labels": ["curiosity", "confusion"]},
]
SESSION = [
    {"session": "s", "t": t, "text": text, "readiness": readiness, "intervention": level, "engagement": 0.5}
    for t, text, readiness, level in (
        (40, "i give up, i am too stupid for this", "very_low", "significant"),
        (5, "hi, exercise 3 today", "moderate", "none"),
    )
]


def emotionstream(*words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """The command line, as a person types it, with a fast choice of settings."""
    argv = [sys.executable, "-m", "emotionstream.cli.main", *words]
    environ = os.environ | {"EMOTIONSTREAM_EVALUATION_ROBUSTNESS_TEXTS": "4"}
    return subprocess.run(argv, env=environ, input=stdin, capture_output=True, text=True, check=False)


def write(path: Path, rows: list[dict[str, Any]], *more: str) -> str:
    """A JSONL file."""
    path.write_text("".join(f"{line}\n" for line in [*map(json.dumps, rows), *more]), encoding="utf-8")
    return str(path)


def test_everything_that_the_rows_tell_is_measured(tmp_path: Path) -> None:
    """Emotion, labels, PAD, readiness and interventions, from three files; figures, card, pictures, predictions."""
    files = [
        write(tmp_path / "messages.jsonl", MESSAGES),
        write(tmp_path / "comments.jsonl", COMMENTS),
        write(tmp_path / "session.jsonl", SESSION),
    ]
    out, predictions = tmp_path / "out", tmp_path / "predictions.jsonl"
    done = emotionstream("evaluate", "compact", *files, "--to", str(out), "--predictions", str(predictions), "--json")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert figures == json.loads((out / "metrics.json").read_text(encoding="utf-8"))
    messages, comments, session = (figures["sets"][name] for name in ("messages", "comments", "session"))
    assert messages["emotion"]["rows"] == 4
    assert messages["emotion"]["top5"] > 0.5
    assert set(messages["pad"]) == {"learner", "emobank"}
    assert messages["pad"]["learner"]["rows"] == 2
    assert comments["labels"]["label_set"] == "goemotions"
    assert 0 < comments["labels"]["macro_f1_stored"] <= 1
    assert session["intervention"]["rows"] == session["readiness"]["rows"] == 2
    assert figures["robustness"]["texts"] == 4
    assert {"README.md", "confusion.png", "f1_by_class.png", "pad.png", "reliability.png", "risk_coverage.png"} <= {
        path.name for path in out.iterdir()
    }
    card = (out / "README.md").read_text(encoding="utf-8")
    assert "## Made for, and not" in card
    assert "saved my evening" not in card + done.stdout + done.stderr
    assert "fields that are not read: teacher" in done.stderr
    rows = [json.loads(line) for line in predictions.read_text(encoding="utf-8").splitlines()]
    assert [(row["set"], row["line"]) for row in rows] == [
        *(("messages", n) for n in range(1, 5)), *(("comments", n) for n in range(1, 4)), ("session", 1), ("session", 2)
    ]  # fmt: skip
    assert all(sum(row["probabilities"]) == pytest.approx(1, abs=1e-4) for row in rows)
    assert all(row["emotion"] == EMOTIONS[row["probabilities"].index(row["confidence"])] for row in rows)
    assert all(row["uncertain"] is (row["confidence"] < figures["abstain_below"]) for row in rows)
    assert rows[-1]["intervention"] in {"none", "preventive", "mild", "moderate", "significant", "critical"}


def test_evaluate_says_what_score_says(tmp_path: Path) -> None:
    """The same texts, whichever command reads them: what is measured is what the stream says."""
    long = {"text": "so we went on and on about the derivative " * 60 + "and i am lost", "emotion": "confusion"}
    file, predictions = write(tmp_path / "m.jsonl", [*MESSAGES, long]), tmp_path / "p.jsonl"
    emotionstream("evaluate", "compact", file, "--predictions", str(predictions), "--quick")
    told = [json.loads(line) for line in predictions.read_text(encoding="utf-8").splitlines()]
    scored = [json.loads(line) for line in emotionstream("score", "--file", file, "--json").stdout.splitlines()]
    for one, other in zip(told, scored, strict=True):
        assert (one["emotion"], one["confidence"], one["uncertain"], one["truncated"]) == (
            other["emotion"], other["confidence"], other["uncertain"], other["truncated"],
        )  # fmt: skip
        assert one["pad"] == list(other["pad"].values())
    assert told[-1]["truncated"]


def test_bad_lines_are_named_and_the_others_measured(tmp_path: Path) -> None:
    """Exit code 1 and the figures of the rest; with --strict exit code 9 and no figures."""
    file = write(tmp_path / "m.jsonl", MESSAGES, '{"text": "a", "emotion": "happy"}', "nonsense")
    done = emotionstream("evaluate", "compact", file, "--quick")
    assert done.returncode == 1
    assert f"{file} line 5: emotion 'happy' is none of the 41 emotions" in done.stderr
    assert f"{file} line 6: is not JSON" in done.stderr
    assert "m: 4 rows, 2 lines left out" in done.stdout
    done = emotionstream("evaluate", "compact", file, "--strict")
    assert (done.returncode, done.stdout) == (9, "")
    assert "Traceback" not in done.stderr


def test_rows_come_by_standard_input_too() -> None:
    """`-` stands for it."""
    done = emotionstream("evaluate", "compact", "-", "--json", "--quick", stdin=json.dumps(MESSAGES[0]))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["sets"]["standard input"]["rows"] == 1


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("compact", "none.jsonl"), 9, "none.jsonl: there is no such file or folder"),
        (("compact",), 9, "name what to measure it on"),
        (("compacd", "none.jsonl"), 6, "no checkpoint 'compacd'"),
        (("compact", "."), 9, "docs/data.md"),
        (("compact", "/dev/null"), 9, "/dev/null is no regular file"),
        (("compact", "-", "--baselines", "none.jsonl"), 9, "none.jsonl: there is no such file or folder"),
        (("compact", "-", "--to", "/dev/null"), 2, "/dev/null is no folder"),
    ],
)
def test_what_is_not_there_is_told(tmp_path: Path, words: tuple[str, ...], code: int, told: str) -> None:
    """With the exit code that docs name, and no traceback."""
    given = [str(tmp_path) if word == "." else word for word in words]
    done = emotionstream("evaluate", *given)
    assert done.returncode == code
    assert told in done.stderr
    assert "Traceback" not in done.stderr
