"""Where Kafka and PostgreSQL are looked for."""

import os
from pathlib import Path

import pytest

from emotionstream.cli.endpoints import database_settings, kafka_settings, named_database, named_kafka
from emotionstream.cli.pids import ProcessId
from emotionstream.cli.run_file import RunFile
from emotionstream.schemas.errors import SettingsError


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An environment whose data folder belongs to a program that runs: this one."""
    me = ProcessId.of(os.getpid())
    assert me is not None
    RunFile(owner=me, kafka="127.0.0.1:4242", database="postgresql://e@/e?host=/x").write(tmp_path)
    return {"EMOTIONSTREAM_EMBEDDED_FOLDER": str(tmp_path)}


def test_what_runs_here_is_found(environ: dict[str, str]) -> None:
    """Nothing is set: the addresses of the run file."""
    assert kafka_settings(environ).bootstrap_servers == "127.0.0.1:4242"
    url = database_settings(environ).url
    assert url is not None
    assert url.get_secret_value() == "postgresql://e@/e?host=/x"


def test_the_environment_comes_first(environ: dict[str, str]) -> None:
    """A named broker or database is used although one runs here."""
    named = environ | {"KAFKA_BOOTSTRAP_SERVERS": "kafka:9092", "DATABASE_URL": "postgresql://db/e"}
    assert kafka_settings(named).bootstrap_servers == "kafka:9092"
    url = database_settings(named).url
    assert url is not None
    assert url.get_secret_value() == "postgresql://db/e"


def test_nothing_runs_and_nothing_is_named(tmp_path: Path) -> None:
    """Then no address is invented."""
    environ = {"EMOTIONSTREAM_EMBEDDED_FOLDER": str(tmp_path / "none")}
    assert kafka_settings(environ).bootstrap_servers is None
    assert database_settings(environ).url is None


def test_a_command_that_needs_a_service_says_how_to_start_one(environ: dict[str, str], tmp_path: Path) -> None:
    """First that none runs from this folder, then the variable; whatever runs here is given as it is."""
    assert named_kafka(environ) == kafka_settings(environ)
    assert named_database(environ) == database_settings(environ)
    nothing = {"EMOTIONSTREAM_EMBEDDED_FOLDER": str(tmp_path / "none")}
    with pytest.raises(SettingsError, match=r"^no Kafka runs .*KAFKA_BOOTSTRAP_SERVERS is not set.*emotionstream up"):
        named_kafka(nothing)
    with pytest.raises(SettingsError, match=r"^no PostgreSQL runs .*DATABASE_URL is not set.*emotionstream up"):
        named_database(nothing)
