"""`emotionstream score` and `emotionstream engine check`, as a person types them."""

import json
import subprocess
import sys

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


def test_a_bad_line_is_an_error_without_a_traceback() -> None:
    """The message names the line; the exit code is not 0."""
    done = emotionstream("score", "--json", stdin='ok\n{"text": \n')
    assert done.returncode != 0
    assert "line 2" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_checkpoint_is_an_error_that_says_where_it_looked() -> None:
    """The exit code is the one of checkpoint errors."""
    done = emotionstream("score", "hello", "--model", "no-such-model")
    assert done.returncode == 6
    assert "no-such-model" in done.stderr


def test_the_check_finds_no_batch_effect() -> None:
    """On the CPU default the command measures 0 and says which engine it measured."""
    done = emotionstream("engine", "check", "--number", "40", "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["engine"].startswith("openvino-")
    assert said["largest_batch_effect"] <= 1e-6
    assert said["batch_effect"]["mixed"]["texts"] == 40
    assert said["texts_per_second"] > 0
