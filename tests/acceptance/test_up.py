"""`emotionstream up` as a person runs it: start, Ctrl-C, kill -9 and start again."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
import services
from processes import descendants, lives

MAIN = [sys.executable, "-m", "emotionstream.cli.main"]


@pytest.fixture
def folder() -> Iterator[Path]:
    """The folder that the person works in."""
    with services.service_folder() as found:
        yield found


def environment() -> dict[str, str]:
    """Nothing is set but where the models are and, for speed, that they are not run in advance."""
    ours = ("KAFKA_", "DATABASE_", "EMOTIONSTREAM_")
    model = {name: value for name, value in os.environ.items() if name.startswith("EMOTIONSTREAM_MODEL_")}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | model | {"EMOTIONSTREAM_ENGINE_PREWARM": "false"}


@contextmanager
def up(folder: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """`emotionstream up --json`, and what it says when all is ready. It is ended afterwards where it still runs."""
    with subprocess.Popen(
        [*MAIN, "up", "--json"],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, f"up ended with {process.wait()}"
            yield process, json.loads(line)
        finally:
            if process.poll() is None:
                process.terminate()


def test_ctrl_c_ends_everything_and_the_run_file_goes(folder: Path) -> None:
    """A signal to the whole terminal: exit code 0, no process left, and other commands find nothing any more."""
    with up(folder) as (process, said):
        found = subprocess.run(
            [*MAIN, "config", "--part", "kafka", "--changed", "--json"],
            cwd=folder,
            env=environment(),
            capture_output=True,
            check=True,
        )
        row = json.loads(found.stdout)["settings"][0]
        assert (row["value"], row["source"]) == (said["kafka"]["bootstrap_servers"], "run.json")
        below = descendants(process.pid)
        assert len(below) >= 5
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(60) == 0
    assert not [child for child in below if lives(child)]
    assert not (folder / ".emotionstream" / "run.json").exists()
    assert (folder / ".emotionstream" / "kafka" / "data" / ".kafka_cleanshutdown").exists()


def test_a_killed_up_is_followed_by_one_that_clears_up_and_runs(folder: Path) -> None:
    """After kill -9 of it, everything it started still runs; the next one ends that first, and no two run at once."""
    with up(folder) as (process, _):
        orphans = psutil.Process(process.pid).children()
        process.kill()
        process.wait()
        assert all(lives(orphan) for orphan in orphans)
    with up(folder) as (process, said):
        assert not [orphan for orphan in orphans if lives(orphan)]
        refused = subprocess.run(
            [*MAIN, "up"], cwd=folder, env=environment(), capture_output=True, text=True, check=False
        )
        assert refused.returncode == 8
        assert f"process {process.pid}" in refused.stderr
        assert set(said["parts"]) == {"recorder", "state", "worker"}


def test_a_named_kafka_that_does_not_answer_is_told_before_anything_starts(folder: Path) -> None:
    """The variable may be left from another day: the error says how to be rid of it."""
    named = {**environment(), "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9"}
    ended = subprocess.run([*MAIN, "up"], cwd=folder, env=named, capture_output=True, text=True, check=False)
    assert ended.returncode == 4
    assert "unset KAFKA_BOOTSTRAP_SERVERS to let `emotionstream up` start its own" in ended.stderr
    assert "starting" not in ended.stderr
