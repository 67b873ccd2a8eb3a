"""Where Kafka and PostgreSQL are: the environment first, then what runs from the data folder here.

The rule, for every command: KAFKA_BOOTSTRAP_SERVERS and DATABASE_URL where they are set; else the addresses in
``run.json`` of the data folder (EMOTIONSTREAM_EMBEDDED_FOLDER, ``.emotionstream`` in the current folder by default),
as long as the ``emotionstream up`` or ``demo`` that wrote it lives.
"""

from collections.abc import Mapping

from pydantic import SecretStr

from emotionstream.cli.run_file import RunFile, read_run_file
from emotionstream.schemas.errors import SettingsError
from emotionstream.schemas.settings.database import DatabaseSettings
from emotionstream.schemas.settings.embedded import EmbeddedSettings
from emotionstream.schemas.settings.kafka import KafkaSettings


def kafka_settings(environ: Mapping[str, str] | None = None) -> KafkaSettings:
    """Settings of the broker; ``bootstrap_servers`` is None where none is named and none runs here.

    Raises:
        SettingsError: a setting is unknown or impossible.
    """
    settings = KafkaSettings.load(environ)
    if settings.bootstrap_servers is None and (run := running(environ)) is not None:
        return settings.model_copy(update={"bootstrap_servers": run.kafka})
    return settings


def database_settings(environ: Mapping[str, str] | None = None) -> DatabaseSettings:
    """Settings of PostgreSQL; ``url`` is None where none is named and none runs here.

    Raises:
        SettingsError: a setting is unknown or impossible.
    """
    settings = DatabaseSettings.load(environ)
    if settings.url is None and (run := running(environ)) is not None and run.database is not None:
        return settings.model_copy(update={"url": SecretStr(run.database)})
    return settings


def named_kafka(environ: Mapping[str, str] | None = None) -> KafkaSettings:
    """``kafka_settings``, for a command that cannot do without a broker.

    Raises:
        SettingsError: none is named and none runs here, or a setting is unknown or impossible.
    """
    settings = kafka_settings(environ)
    if not settings.bootstrap_servers:
        raise SettingsError(
            "no Kafka runs from this folder, and KAFKA_BOOTSTRAP_SERVERS is not set: start `emotionstream up` here, "
            "or set it to your broker's host:port"
        )
    return settings


def named_database(environ: Mapping[str, str] | None = None) -> DatabaseSettings:
    """``database_settings``, for a command that cannot do without PostgreSQL.

    Raises:
        SettingsError: none is named and none runs here, or a setting is unknown or impossible.
    """
    settings = database_settings(environ)
    if settings.url is None:
        raise SettingsError(
            "no PostgreSQL runs from this folder, and DATABASE_URL is not set: start `emotionstream up` here, "
            "or set it to your own (postgresql://user:password@host:port/name)"
        )
    return settings


def running(environ: Mapping[str, str] | None = None) -> RunFile | None:
    """The ``emotionstream up`` or ``demo`` that runs with the data folder of ``environ``, if any."""
    return read_run_file(EmbeddedSettings.load(environ).folder.expanduser())
