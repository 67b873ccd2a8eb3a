"""Passwords stay in the environment: no command shows them, no process listing has them."""

from pathlib import Path

from emotionstream.cli.parts import Addresses, part_command, part_specs
from emotionstream.schemas.settings.database import DatabaseSettings
from emotionstream.schemas.settings.kafka import KafkaSettings

SECRET = "hunter2"
URL = f"postgresql://ada:{SECRET}@db.example/school"


def test_no_part_is_started_with_a_password_among_its_arguments(tmp_path: Path) -> None:
    """Every user of a machine may list arguments; a process's environment is its owner's alone."""
    environ = {"KAFKA_SASL_PASSWORD": SECRET, "KAFKA_SSL_KEY_PASSWORD": SECRET}
    specs = part_specs(2, [1, 2, 3, 4], 2)
    commands = [part_command(spec, Addresses("h:1", URL), environ, tmp_path) for spec in specs]
    assert not [command for command in commands if SECRET in " ".join(map(str, command.argv))]
    assert all(command.environ["DATABASE_URL"] == URL for command in commands)


def test_settings_are_printed_without_their_secrets() -> None:
    """As text, as Python shows them, and as JSON."""
    database = DatabaseSettings(url=URL)
    kafka = KafkaSettings(
        security_protocol="SASL_SSL",
        sasl_username="ada",
        sasl_password=SECRET,
        ssl_certfile="ada.pem",
        ssl_key_password=SECRET,
    )
    for settings in (database, kafka):
        assert SECRET not in f"{settings} {settings!r} {settings.model_dump_json()}"
