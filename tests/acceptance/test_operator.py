"""What an operator types: topics, config, doctor."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import services


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An environment in which nothing of ours is set, with a data folder that is not there."""
    ours = ("KAFKA_", "DATABASE_", "EMOTIONSTREAM_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {"EMOTIONSTREAM_EMBEDDED_FOLDER": str(tmp_path / "none")}


def emotionstream(*words: str, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """The command line, as a person types it."""
    argv = [sys.executable, "-m", "emotionstream.cli.main", *words]
    return subprocess.run(argv, env=environ, capture_output=True, text=True, check=False)


def test_topics_are_planned_made_and_then_fit(kafka: str, environ: dict[str, str]) -> None:
    """plan changes nothing, apply creates, a second plan finds nothing to do; --json says the same."""
    prefix = services.unique_topics().prefix
    environ |= {"KAFKA_BOOTSTRAP_SERVERS": kafka, "EMOTIONSTREAM_TOPICS_PREFIX": prefix}
    environ |= {"EMOTIONSTREAM_TOPICS_PARTITIONS": "2"}
    for words, status in (("plan", "to create"), ("plan", "to create"), ("apply", "created"), ("plan", "fits")):
        done = emotionstream("topics", words, "--json", environ=environ)
        assert done.returncode == 0, done.stderr
        topics = json.loads(done.stdout)["topics"]
        assert {topic["status"] for topic in topics} == {status}
        assert all(topic["name"].startswith(prefix) for topic in topics)


def test_a_topic_that_differs_is_reported_with_exit_code_5(kafka: str, environ: dict[str, str]) -> None:
    """Both commands say what differs; neither changes it."""
    prefix = services.unique_topics().prefix
    environ |= {"KAFKA_BOOTSTRAP_SERVERS": kafka, "EMOTIONSTREAM_TOPICS_PREFIX": prefix}
    environ |= {"EMOTIONSTREAM_TOPICS_PARTITIONS": "2"}
    assert emotionstream("topics", "apply", environ=environ).returncode == 0
    environ["EMOTIONSTREAM_TOPICS_PARTITIONS"] = "3"
    for words in ("apply", "plan"):
        done = emotionstream("topics", words, environ=environ)
        assert done.returncode == 5
        assert "partitions: 2, not 3" in done.stdout
        assert "were not changed" in done.stderr


def test_no_broker_is_an_error_that_says_what_to_do(environ: dict[str, str]) -> None:
    """None named: exit code 3; named but silent: exit code 4. No traceback."""
    done = emotionstream("topics", "plan", environ=environ)
    assert (done.returncode, done.stdout) == (3, "")
    assert "emotionstream up" in done.stderr
    done = emotionstream("topics", "plan", environ=environ | {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9"})
    assert (done.returncode, done.stdout) == (4, "")
    assert "does not answer" in done.stderr
    assert "Traceback" not in done.stderr


def test_config_prints_every_setting_and_no_secret(environ: dict[str, str]) -> None:
    """As lines for a person, and as JSON; a given secret shows up in neither."""
    environ |= {"DATABASE_URL": "postgresql://ada:hush@db/e", "EMOTIONSTREAM_TOPICS_PARTITIONS": "9"}
    lines = emotionstream("config", environ=environ)
    assert lines.returncode == 0
    assert "EMOTIONSTREAM_TOPICS_PARTITIONS=9" in lines.stdout
    changed = emotionstream("config", "--changed", "--json", environ=environ)
    found = {row["variable"]: row["value"] for row in json.loads(changed.stdout)["settings"]}
    folder = environ["EMOTIONSTREAM_EMBEDDED_FOLDER"]
    assert found == {
        "DATABASE_URL": "(hidden)",
        "EMOTIONSTREAM_TOPICS_PARTITIONS": 9,
        "EMOTIONSTREAM_EMBEDDED_FOLDER": folder,
    }
    assert "hush" not in lines.stdout + lines.stderr + changed.stdout


def test_config_refuses_what_it_does_not_know(environ: dict[str, str]) -> None:
    """A misspelt variable ends it with exit code 3, and the right name is told."""
    done = emotionstream("config", environ=environ | {"EMOTIONSTREAM_TOPIC_PARTITIONS": "9"})
    assert done.returncode == 3
    assert "did you mean EMOTIONSTREAM_TOPICS_PARTITIONS?" in done.stderr


def test_doctor_says_what_answers(kafka: str, postgres: str, environ: dict[str, str]) -> None:
    """With a broker without topics, the topics are a problem; the services that answer are not."""
    environ |= {"KAFKA_BOOTSTRAP_SERVERS": kafka, "DATABASE_URL": postgres}
    environ |= {"EMOTIONSTREAM_TOPICS_PREFIX": services.unique_topics().prefix}
    done = emotionstream("doctor", "--json", environ=environ)
    report = json.loads(done.stdout)
    found = {finding["subject"]: finding for finding in report["findings"]}
    assert found["kafka"]["health"] == "ok"
    assert "18." in found["postgresql"]["found"]
    assert found["topics"]["health"] == "problem"
    assert "topics apply" in found["topics"]["advice"]
    assert report["problems"] == sum(finding["health"] == "problem" for finding in report["findings"])
    assert done.returncode == 1


def test_doctor_goes_on_where_nothing_answers(environ: dict[str, str]) -> None:
    """A silent broker and database are problems, each with its name; no traceback."""
    environ |= {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9", "DATABASE_URL": "postgresql://ada:hush@127.0.0.1:9/e"}
    done = emotionstream("doctor", environ=environ)
    assert done.returncode == 1
    assert "PROBLEM  kafka" in done.stdout
    assert "PROBLEM  postgresql" in done.stdout
    assert "hush" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
