"""`emotionstream score` and `emotionstream engine check`, as a person types them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from emotionstream.schemas.emotions import EMOTIONS


def emotionstream(*words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    command = [sys.executable, "-m", "emotionstream.cli.main", *words]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)


def test_texts_are_scored_from_the_arguments() -> None:
    """One block a text: emotion, top five, PAD and readiness; a blank text gets a reason."""
    done = emotionstream("score", "I am so lost, nothing works", "  ")
    assert done.returncode == 1, "a text without a score is told by the exit code"
    # A text may be uncertain, and is then told below what.
    assert done.stdout.count("%") - done.stdout.count("below") == 6
    assert "pleasure" in done.stdout
    assert "2: not scored" in done.stdout


def test_texts_are_scored_from_standard_input_as_json() -> None:
    """One JSON object a line, in order, without the text."""
    lines = 'I finally got it!\n{"text": "secret words", "engagement": 0.1, "cognitive_load": 0.9}\n{"text": ""}\n'
    done = emotionstream("score", "--json", stdin=lines)
    assert done.returncode == 1, "a text without a score is told by the exit code"
    first, second, third = map(json.loads, done.stdout.splitlines())
    assert first["emotion"] in EMOTIONS
    assert list(first["top"].values()) == sorted(first["top"].values(), reverse=True)
    assert len(first["top"]) == 5
    assert set(first["pad"]) == {"pleasure", "arousal", "dominance"}
    assert 0 <= second["readiness"]["score"] <= 1
    assert third["rejected"]
    assert "secret" not in done.stdout + done.stderr


def test_a_bad_line_is_told_and_the_others_are_scored(tmp_path: Path) -> None:
    """JSON that is none and bytes that are not UTF-8 have a reason under their numbers; a blank line has no row."""
    (tmp_path / "lines").write_bytes(b'ok\n{"text": \n\nf\xfcr\nstill here\n')
    done = emotionstream("score", "--json", "--file", str(tmp_path / "lines"))
    assert done.returncode == 1
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["line"] for row in rows] == [1, 2, 4, 5]
    assert ["rejected" in row for row in rows] == [False, True, True, False]
    assert "Traceback" not in done.stderr


def test_a_line_is_answered_before_the_next_is_written() -> None:
    """A program may ask line by line by a pipe."""
    command = [sys.executable, "-m", "emotionstream.cli.main", "score", "--json"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for number, text in enumerate(["I am lost", "yes!! finally"], 1):
            process.stdin.write(f"{text}\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["line"] == number
        process.stdin.close()
        assert process.wait() == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ([], 1, "standard input has no texts"),
        (["-"], 1, "standard input has no texts"),
        (["--file", "missing"], 2, "missing cannot be read: No such file"),
        (["--file", "."], 1, ". cannot be read: Is a directory"),
    ],
)
def test_nothing_to_read_is_said(words: list[str], code: int, said: str) -> None:
    """Neither an empty input nor a missing file nor a folder is a success."""
    done = emotionstream("score", *words, stdin="\n")
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_checkpoint_is_an_error_that_says_where_it_looked() -> None:
    """The exit code is the one of checkpoint errors."""
    done = emotionstream("score", "hello", "--model", "no-such-model")
    assert done.returncode == 6
    assert "no-such-model" in done.stderr


def test_the_check_finds_no_batch_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    """On the CPU default the command measures 0 and says which engine it measured."""
    monkeypatch.setenv("EMOTIONSTREAM_ENGINE_DEVICE", "cpu")
    done = emotionstream("engine", "check", "--number", "40", "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["engine"].startswith("openvino-")
    assert said["largest_batch_effect"] <= 1e-6
    assert said["batch_effect"]["mixed"]["texts"] == 40
    assert said["texts_per_second"] > 0
