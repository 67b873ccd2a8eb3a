"""Services that are kept running, and those that the environment names."""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import suppress

import pytest
import services
import waiting

from emotionstream.cli.services import Services
from emotionstream.cli.topics_admin import plan_topics
from emotionstream.schemas.errors import ServiceUnavailableError
from emotionstream.schemas.settings.embedded import EmbeddedSettings
from emotionstream.schemas.settings.supervisor import SupervisorSettings

SETTINGS = SupervisorSettings(first_delay_seconds=0.1)


@pytest.fixture
def embedded() -> Iterator[EmbeddedSettings]:
    """Settings with a data folder of this test's own."""
    with services.service_folder() as folder:
        yield EmbeddedSettings.load(folder=folder)


async def answers(kept: Services) -> None:
    """Ask Kafka until it answers; the test's own timeout bounds it."""
    while True:
        with suppress(ServiceUnavailableError):
            await plan_topics(kept.kafka, services.unique_topics())
            return
        await asyncio.sleep(0.1)


async def test_a_killed_broker_is_started_again_at_the_same_address(embedded: EmbeddedSettings, postgres: str) -> None:
    """Nobody asks for it: the new process answers where the old one did, and the person was told."""
    told: list[str] = []
    async with Services(embedded, SETTINGS, {"DATABASE_URL": postgres}, told.append) as kept:
        kafka, address = kept.kafka_service, kept.kafka.bootstrap_servers
        assert kafka is not None
        first = kafka.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await waiting.until(lambda: kafka.alive and kafka.pid != first, seconds=60)
        await answers(kept)
        assert kept.kafka.bootstrap_servers == kafka.bootstrap_servers == address
    assert any("Kafka ended; it is started again" in line for line in told)


async def test_named_services_are_used_and_none_is_started(
    embedded: EmbeddedSettings, kafka: str, postgres: str
) -> None:
    """KAFKA_BOOTSTRAP_SERVERS and DATABASE_URL switch each embedded service off."""
    environ = {"KAFKA_BOOTSTRAP_SERVERS": kafka, "DATABASE_URL": postgres}
    async with Services(embedded, SETTINGS, environ, print) as kept:
        assert kept.kafka_service is None
        assert kept.postgres_service is None
        assert kept.kafka.bootstrap_servers == kafka
    assert not list(embedded.folder.iterdir())
