"""How settings are read, and what holds for the settings of every part."""

import importlib
import pkgutil
from pathlib import Path

import pytest
from pydantic_core import PydanticUndefined

import emotionstream.schemas.settings as settings_package
from emotionstream.schemas.errors import SettingsError
from emotionstream.schemas.settings.base import Settings, refuse_unknown, variable
from emotionstream.schemas.settings.checkpoint import CheckpointSettings
from emotionstream.schemas.settings.database import DatabaseSettings
from emotionstream.schemas.settings.engine import EngineSettings
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.logging import LoggingSettings
from emotionstream.schemas.settings.topics import TopicSettings


def all_parts() -> list[type[Settings]]:
    """Every settings class of every module of the settings package."""
    for module in pkgutil.iter_modules(settings_package.__path__):
        importlib.import_module(f"{settings_package.__name__}.{module.name}")
    return sorted((cls for cls in Settings.__subclasses__()), key=lambda cls: cls.__name__)


parts = pytest.mark.parametrize("part", all_parts(), ids=lambda cls: cls.__name__)


@parts
def test_every_field_says_what_it_is(part: type[Settings]) -> None:
    """`emotionstream config` prints it, so each field has a description."""
    assert [name for name, info in part.model_fields.items() if not info.description] == []


@parts
def test_every_number_has_a_range(part: type[Settings]) -> None:
    """A number without limits is a setting that can break the program from outside."""
    for name, info in part.model_fields.items():
        if info.annotation in {int, float}:
            bounds = {type(rule).__name__ for rule in info.metadata}
            assert bounds & {"Ge", "Gt"}, f"{name} has no lower limit"
            assert bounds & {"Le", "Lt"}, f"{name} has no upper limit"


@parts
def test_the_defaults_are_possible(part: type[Settings]) -> None:
    """With an empty environment every part can be read, and a default obeys its own range."""
    loaded = part.load({})
    for name, info in part.model_fields.items():
        if info.default is not PydanticUndefined and info.default is not None:
            part(**{name: getattr(loaded, name)})


def test_prefixes_are_unique_and_names_do_not_collide() -> None:
    """A variable belongs to one part only."""
    names = [name for part in all_parts() for name in part.variables()]
    assert len(names) == len(set(names))
    assert len({part.part for part in all_parts()}) == len(all_parts())


def test_no_prefix_is_the_start_of_another() -> None:
    """Otherwise one part would refuse another's variables as unknown."""
    prefixes = [part.model_config["env_prefix"] for part in all_parts()]
    clashes = [(a, b) for a in prefixes for b in prefixes if a != b and b.startswith(a)]
    assert clashes == []


def test_the_environment_is_injected() -> None:
    """Values come from the mapping that is given, by the variable's name, in any case."""
    assert TopicSettings.load({"EMOTIONSTREAM_TOPICS_PARTITIONS": "3"}).partitions == 3
    assert TopicSettings.load({"emotionstream_topics_partitions": "4"}).partitions == 4
    assert TopicSettings.load({"EMOTIONSTREAM_TOPICS_PARTITIONS": ""}).partitions == TopicSettings().partitions


def test_an_override_beats_the_environment() -> None:
    """The command line has the last word."""
    assert TopicSettings.load({"EMOTIONSTREAM_TOPICS_PARTITIONS": "3"}, partitions=5).partitions == 5


def test_a_constructor_does_not_read_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings made by hand are what the hand made."""
    monkeypatch.setenv("EMOTIONSTREAM_TOPICS_PARTITIONS", "3")
    assert TopicSettings().partitions == 6
    assert TopicSettings.load().partitions == 3


def test_an_impossible_value_names_the_variable_the_value_and_the_unit() -> None:
    """The person who set it finds it."""
    with pytest.raises(SettingsError, match=r"EMOTIONSTREAM_TOPICS_PARTITIONS='0'.*greater than or equal to 1"):
        TopicSettings.load({"EMOTIONSTREAM_TOPICS_PARTITIONS": "0"})


def test_every_impossible_value_is_named_at_once() -> None:
    """Two mistakes are told together, not one after the other."""
    bad = {"EMOTIONSTREAM_TOPICS_PARTITIONS": "x", "EMOTIONSTREAM_TOPICS_PREFIX": "no spaces"}
    with pytest.raises(SettingsError, match=r"PREFIX.*PARTITIONS|PARTITIONS.*PREFIX"):
        TopicSettings.load(bad)


@pytest.mark.parametrize("value", ["1,2", "[1", "[" * 100_000])
def test_a_list_that_is_no_json_names_the_variable_and_an_example(value: str) -> None:
    """What looks like a list to a person and is none to us is told like any other impossible value."""
    with pytest.raises(SettingsError, match=r"EMOTIONSTREAM_ENGINE_LENGTH_STEPS=.*list in JSON, such as \[16, 32"):
        EngineSettings.load({"EMOTIONSTREAM_ENGINE_LENGTH_STEPS": value})


def test_an_unknown_variable_is_refused_with_the_nearest() -> None:
    """A typo must not leave the default in force."""
    with pytest.raises(SettingsError, match=r"PARTITION: did you mean EMOTIONSTREAM_TOPICS_PARTITIONS\?"):
        TopicSettings.load({"EMOTIONSTREAM_TOPICS_PARTITION": "3"})
    with pytest.raises(SettingsError, match="emotionstream config"):
        TopicSettings.load({"EMOTIONSTREAM_TOPICS_" + "Z" * 60: "3"})


def test_variables_of_others_are_left_alone() -> None:
    """KAFKA_HEAP_OPTS, DATABASE_ANYTHING and other parts' variables are no typo of ours."""
    environ = {"KAFKA_HEAP_OPTS": "-Xmx1g", "DATABASE_POOL": "3", "EMOTIONSTREAM_LOG_LEVEL": "debug", "PATH": "/bin"}
    refuse_unknown(environ, KafkaSettings, DatabaseSettings, TopicSettings, LoggingSettings)


def test_settings_travel_to_a_child_process() -> None:
    """What differs from the default is written as variables that give the same settings again."""
    settings = TopicSettings(prefix="a.", partitions=3)
    assert settings.env() == {"EMOTIONSTREAM_TOPICS_PREFIX": "a.", "EMOTIONSTREAM_TOPICS_PARTITIONS": "3"}
    assert TopicSettings.load(settings.env()) == settings


def test_secrets_and_paths_and_enums_travel_as_text() -> None:
    """Not as their representation."""
    database = DatabaseSettings(url="postgresql://u:p@h/d")
    assert database.env() == {"DATABASE_URL": "postgresql://u:p@h/d"}
    assert CheckpointSettings(folder=Path("/m")).env() == {"EMOTIONSTREAM_MODEL_FOLDER": "/m"}
    assert LoggingSettings(level="debug").env() == {"EMOTIONSTREAM_LOG_LEVEL": "debug"}


def test_a_secret_is_not_shown() -> None:
    """Neither in print nor in an error."""
    assert "hunter2" not in repr(DatabaseSettings(url="postgresql://u:hunter2@h/d"))
    environ = {
        "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
        "KAFKA_SASL_PASSWORD": "hunter2",
        "KAFKA_BOOTSTRAP_SERVERS": "h:1",
    }
    with pytest.raises(SettingsError, match="KAFKA_SASL_USERNAME") as caught:
        KafkaSettings.load(environ)
    assert "hunter2" not in str(caught.value)


def test_a_variable_is_prefix_and_field() -> None:
    """Upper case throughout."""
    assert variable(KafkaSettings, "bootstrap_servers") == "KAFKA_BOOTSTRAP_SERVERS"


def test_client_options_need_a_broker() -> None:
    """Without an address the error says how to get one."""
    with pytest.raises(
        SettingsError,
        match=r"KAFKA_BOOTSTRAP_SERVERS is not set.*copy the `export` line.*in the folder where `up` runs",
    ):
        KafkaSettings().client_options()


def test_client_options_of_a_plain_broker() -> None:
    """Nothing of TLS or SASL where none is asked for."""
    options = KafkaSettings(bootstrap_servers="h:1").client_options()
    assert options == {
        "bootstrap_servers": "h:1",
        "request_timeout_ms": 40_000,
        "metadata_max_age_ms": 30_000,
        "security_protocol": "PLAINTEXT",
    }


def test_client_options_of_a_guarded_broker() -> None:
    """SASL over TLS: a context that checks the broker's certificate, and the credentials in clear for the client."""
    import ssl

    settings = KafkaSettings(
        bootstrap_servers="h:1", security_protocol="SASL_SSL", sasl_username="u", sasl_password="p"
    )
    options = settings.client_options()
    assert options["ssl_context"].verify_mode is ssl.CERT_REQUIRED
    assert options["ssl_context"].check_hostname
    assert (options["sasl_plain_username"], options["sasl_plain_password"]) == ("u", "p")
    assert options["sasl_mechanism"] == "SCRAM-SHA-512"


def test_an_authority_that_cannot_be_read_is_a_settings_error(tmp_path: Path) -> None:
    """A missing file and a file that is no certificate both name the variable."""
    nonsense = tmp_path / "ca.pem"
    nonsense.write_text("nonsense")
    for path in (tmp_path / "missing.pem", nonsense):
        settings = KafkaSettings(bootstrap_servers="h:1", security_protocol="SSL", ssl_cafile=str(path))
        with pytest.raises(SettingsError, match="KAFKA_SSL_CAFILE"):
            settings.client_options()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:hunter#2@127.0.0.1/db",
        "postgresql://u:hunter/2@127.0.0.1/db",
        "postgresql://u:hunter?2@127.0.0.1:1/db",
        "postgresql://u:7#hunter@127.0.0.1/db",
        "postgresql://[hunter",
        "postgresql://u:7/hunter@127.0.0.1/db",
        "postgresql://u:7?x=hunter@127.0.0.1/db",
        "postgresql://u:p@/db?host=h&port=hunter",
    ],
)
def test_an_address_with_a_slip_is_refused_without_a_piece_of_it(url: str) -> None:
    """The driver's own words would repeat a part of the password."""
    with pytest.raises(SettingsError, match="write %23 for #") as refused:
        DatabaseSettings.load({"DATABASE_URL": url})
    assert "hunter" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql:///d?host=/tmp/x&user=u",
        "postgresql://u:p@h1:5432,h2:5433/db",
        "postgresql://u:p%40%23@[::1]:5432/db?sslmode=require",
        "postgresql://u@/d?host=/tmp/x&port=5433",
    ],
)
def test_every_address_that_the_driver_reads_is_taken(url: str) -> None:
    """Several hosts, a socket's folder, IPv6, and signs that are spelled out."""
    assert DatabaseSettings.load({"DATABASE_URL": url}).url is not None


def test_a_settings_own_pattern_is_told() -> None:
    """Not that of an event's names."""
    with pytest.raises(SettingsError, match=r"must match pattern"):
        TopicSettings.load({"EMOTIONSTREAM_TOPICS_PREFIX": "a b"})
