"""Fixtures that all tests share. The services start when the first test asks for them, and serve the whole run."""

import os
import signal
import sys
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent))  # So that `import services` works in every folder of tests.

from services import run_apart, running, service_folder, unique_topics

# Preparing every shape costs each process that a test starts up to half a minute, and changes no result.
os.environ.setdefault("EMOTIONSTREAM_ENGINE_PREWARM", "false")

from emotionstream.cli.embedded import EmbeddedKafka, EmbeddedPostgres
from emotionstream.cli.topics_admin import apply_topics
from emotionstream.schemas.settings.embedded import EmbeddedSettings
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.topics import TopicSettings

# None of our examples proves a speed, and on a busy machine one may be held up.
settings.register_profile("ours", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ours")


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> None:
    """Signals mean to tests, and to the programs they start, what they mean on a terminal.

    A shell starts background jobs with SIGINT ignored, and `nohup` ignores SIGHUP; children inherit that.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(scope="session")
def embedded_settings() -> Iterator[EmbeddedSettings]:
    """Settings of the run's services: a folder of their own, jars from the user's cache."""
    with service_folder() as folder:
        yield EmbeddedSettings.load(folder=folder)


@pytest.fixture(scope="session")
def kafka_service(embedded_settings: EmbeddedSettings) -> Iterator[EmbeddedKafka]:
    """The run's broker itself, for tests that kill or restart it."""
    with running(EmbeddedKafka(embedded_settings)) as service:
        yield service


@pytest.fixture(scope="session")
def postgres_service(embedded_settings: EmbeddedSettings) -> Iterator[EmbeddedPostgres]:
    """The run's PostgreSQL itself."""
    with running(EmbeddedPostgres(embedded_settings)) as service:
        yield service


@pytest.fixture(scope="session")
def kafka(kafka_service: EmbeddedKafka) -> str:
    """Bootstrap servers of a real broker."""
    return kafka_service.bootstrap_servers


@pytest.fixture(scope="session")
def postgres(postgres_service: EmbeddedPostgres) -> str:
    """DATABASE_URL of a real PostgreSQL. The database is shared by the run: `database` is one of the test's own."""
    return postgres_service.url


@pytest.fixture
async def database(postgres: str) -> AsyncIterator[str]:
    """DATABASE_URL of a new, empty database for this test alone."""
    import asyncpg

    name = f"t{uuid.uuid4().hex[:16]}"
    connection = await asyncpg.connect(postgres)
    try:
        await connection.execute(f"CREATE DATABASE {name}")
        yield postgres.replace("@/emotionstream?", f"@/{name}?")
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await connection.close()


@pytest.fixture
def topics(kafka: str) -> TopicSettings:
    """Topic settings with a prefix of this test's own; the topics are there, empty."""
    settings = unique_topics()
    run_apart(apply_topics(KafkaSettings(bootstrap_servers=kafka), settings))
    return settings
