"""The table of all settings."""

import os

import pytest

from emotionstream.cli.pids import ProcessId
from emotionstream.cli.run_file import RunFile
from emotionstream.cli.setting_table import HIDDEN, refuse_unknown_anywhere, setting_classes, setting_rows
from emotionstream.schemas.errors import SettingsError


def test_every_setting_says_what_it_is() -> None:
    """No two settings share a variable, and each has a description."""
    rows = setting_rows({})
    assert len({row.variable for row in rows}) == len(rows)
    assert not [row.variable for row in rows if not row.description]
    assert {row.source for row in rows} == {"default"}


def test_secrets_are_hidden() -> None:
    """Neither the password nor the URL that holds one is shown."""
    secrets = {
        "DATABASE_URL": "postgresql://ada:hush@db/e",
        "KAFKA_SASL_PASSWORD": "hush",
        "KAFKA_SSL_KEY_PASSWORD": "hush",
    }
    beside = {
        "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
        "KAFKA_SASL_USERNAME": "ada",
        "KAFKA_SSL_CERTFILE": "ada.pem",
    }
    rows = setting_rows({**secrets, **beside})
    shown = {row.variable: row.value for row in rows if row.source == "environment"}
    assert shown == {**dict.fromkeys(secrets, HIDDEN), **beside}
    assert "hush" not in str(rows)


def test_a_given_value_is_told_from_a_default() -> None:
    """The environment's value, the default beside it, and where it comes from."""
    rows = setting_rows({"EMOTIONSTREAM_TOPICS_PARTITIONS": "12"})
    row = next(row for row in rows if row.variable == "EMOTIONSTREAM_TOPICS_PARTITIONS")
    assert (row.value, row.default, row.source) == (12, 6, "environment")


def test_addresses_of_what_runs_here_stand_in_for_unset_ones() -> None:
    """They come from the run file, and only where the environment names none."""
    me = ProcessId.of(os.getpid())
    assert me is not None
    run = RunFile(owner=me, kafka="127.0.0.1:1", database="postgresql://e@/e?host=/x")
    rows = {row.variable: row for row in setting_rows({"KAFKA_BOOTSTRAP_SERVERS": "kafka:9092"}, run)}
    assert (rows["KAFKA_BOOTSTRAP_SERVERS"].value, rows["KAFKA_BOOTSTRAP_SERVERS"].source) == (
        "kafka:9092",
        "environment",
    )
    assert (rows["DATABASE_URL"].value, rows["DATABASE_URL"].source) == ("postgresql://e@/e?host=/x", "run.json")


@pytest.mark.parametrize("name", ["EMOTIONSTREAM_WORKR_POLL_SECONDS", "EMOTIONSTREAM_NOTHING_LIKE_IT"])
def test_an_unknown_variable_is_refused_whatever_its_prefix(name: str) -> None:
    """Also where no part has the prefix, which a part by itself cannot notice."""
    with pytest.raises(SettingsError, match=f"unknown setting {name}"):
        refuse_unknown_anywhere({name: "1"})


def test_the_nearest_setting_is_named() -> None:
    """A slip of the pen gets the right name back."""
    with pytest.raises(SettingsError, match=r"did you mean EMOTIONSTREAM_WORKER_POLL_SECONDS\?"):
        refuse_unknown_anywhere({"EMOTIONSTREAM_WORKR_POLL_SECONDS": "1"})


def test_other_programs_variables_are_let_be() -> None:
    """KAFKA_ and DATABASE_ belong to others too."""
    refuse_unknown_anywhere({"KAFKA_OPTS": "x", "DATABASE_FLAVOUR": "y", "PATH": "/bin"})


def test_each_part_has_a_settings_class_of_its_own() -> None:
    """Two classes with the same prefix would claim each other's variables."""
    prefixes = [kind.model_config["env_prefix"] for kind in setting_classes()]
    assert len(set(prefixes)) == len(prefixes)
