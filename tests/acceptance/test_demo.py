"""`emotionstream demo` as a user runs it: real processes, a real broker and database, the shipped checkpoint."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from processes import descendants, lives
from services import service_folder

ABSENT = ("torch", "transformers", "nncf", "sklearn")
"""What `make setup-demo` does not install."""

HIDE = f"""
import sys
from importlib.machinery import PathFinder

class Hidden(PathFinder):
    @classmethod
    def find_spec(cls, fullname, path=None, target=None):
        if fullname.partition(".")[0] in {ABSENT!r}:
            return None
        return PathFinder.find_spec(fullname, path, target)

sys.meta_path[:] = [Hidden if finder is PathFinder else finder for finder in sys.meta_path]
"""
"""A sitecustomize that makes every process of the demo live without those packages, parts included."""

Report = dict[str, object]


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder to run in, with its own data."""
    with service_folder() as folder:
        (folder / "hidden").mkdir()
        (folder / "hidden" / "sitecustomize.py").write_text(HIDE, encoding="utf-8")
        yield folder


def demo(place: Path, *options: str, prewarm: bool = False) -> subprocess.CompletedProcess[str]:
    """Run the demo in ``place`` to its end."""
    process = start_demo(place, *options, prewarm=prewarm)
    try:
        output, errors = process.communicate(timeout=170)
    except subprocess.TimeoutExpired:
        process.terminate()  # It stops what it started; nothing must outlive the tests.
        raise
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


def start_demo(place: Path, *options: str, prewarm: bool = False) -> subprocess.Popen[str]:
    """Start the demo in ``place``, with no settings but the checkpoint's from the environment.

    ``prewarm``: as a user has it; without, it is ready earlier.
    """
    services = ("KAFKA_", "DATABASE_", "EMOTIONSTREAM_EMBEDDED_", "EMOTIONSTREAM_TOPICS_", "EMOTIONSTREAM_HEALTH_")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(services)}
    environ["PYTHONPATH"] = str(place / "hidden")
    environ["EMOTIONSTREAM_ENGINE_PREWARM"] = str(prewarm).lower()
    return subprocess.Popen(
        [sys.executable, "-m", "emotionstream.cli.main", "demo", *options],
        cwd=place,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def report(place: Path) -> Report:
    """What `demo --fast --json` says on standard output: one JSON object and nothing else."""
    done = demo(place, "--fast", "--json", prewarm=True)
    assert done.returncode == 0, done.stderr
    found: Report = json.loads(done.stdout)
    return found


def test_every_message_comes_out_exactly_once(report: Report) -> None:
    """Each published learner message has one result in Kafka and one row in PostgreSQL; nothing is rejected."""
    assert report["published"] == report["results"] == report["history_rows"]
    assert isinstance(report["published"], int)
    assert report["published"] >= 500
    assert (report["duplicates"], report["rejected"]) == (0, 0)


def test_tutors_messages_are_recorded_and_not_scored(report: Report) -> None:
    """They are counted apart, and are in PostgreSQL beside the learners'."""
    published, context = report["published"], report["context_messages"]
    assert isinstance(published, int)
    assert isinstance(context, int)
    assert context >= 50
    assert report["history_messages"] == published + context


def test_interventions_appear_and_are_recorded(report: Report) -> None:
    """A classroom has learners who need help, and what was raised is what was recorded."""
    levels = report["interventions"]
    assert isinstance(levels, dict)
    assert sum(levels.values()) >= 10
    assert report["history_interventions"] == sum(levels.values())


def test_latencies_are_ordered_and_measured(report: Report) -> None:
    """Percentiles are positive and grow."""
    latency = report["latency_ms"]
    assert isinstance(latency, dict)
    for wait in ("to_result", "to_intervention"):
        found = latency[wait]
        assert 0 < found["p50"] <= found["p95"] <= found["p99"]


def test_the_report_names_engine_and_services(report: Report) -> None:
    """The shipped checkpoint, the CPU's backend (torch cannot be imported here), and both embedded services."""
    engine, kafka, postgres = report["engine"], report["kafka"], report["postgres"]
    assert isinstance(engine, dict)
    assert isinstance(kafka, dict)
    assert isinstance(postgres, dict)
    assert (engine["backend"], engine["device"], engine["model"]) == ("openvino", "cpu", "compact")
    assert engine["version"]
    assert (kafka["version"], kafka["embedded"]) == ("4.3.1", True)
    assert postgres["version"].startswith("18.")
    assert postgres["embedded"] is True


def test_a_second_demo_in_the_same_folder_counts_only_its_own(place: Path, report: Report) -> None:
    """What an earlier run left in the topics and tables is not counted, and plain lines tell what happens."""
    done = demo(place, "--fast", "--sessions", "5")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert any("published" in line and "learner messages" in line for line in lines)
    assert any("0 duplicates, 0 rejected" in line for line in lines)
    assert any(line.strip() == "emotionstream up" for line in lines)
    assert "\x1b[" not in done.stdout


def test_nothing_is_left_running(place: Path, report: Report) -> None:
    """Every process that the demo started has ended with it."""
    left = [
        each.info
        for each in psutil.process_iter(["pid", "cmdline"])
        if str(place) in " ".join(each.info["cmdline"] or ())
    ]
    assert left == []


def test_ctrl_c_stops_everything(place: Path, report: Report) -> None:
    """In the middle of a demo at watching pace: it ends with 130, says no traceback, and leaves no process."""
    process = start_demo(place, "--rate", "1")
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("starting recorder"):
            break
    below = descendants(process.pid)
    assert below
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert not [each for each in below if lives(each)]
