"""The embedded services in our own process: what stops them from starting, and coming back after a kill."""

import functools
import http.server
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import asyncpg
import pytest
import services
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from emotionstream.cli.embedded import EmbeddedKafka, EmbeddedPostgres
from emotionstream.cli.embedded.jars import ensure_jars
from emotionstream.cli.embedded.ports import free_ports
from emotionstream.cli.pids import ProcessId
from emotionstream.cli.topics_admin import apply_topics
from emotionstream.schemas.errors import EmbeddedServiceError
from emotionstream.schemas.settings.embedded import EmbeddedSettings
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.topics import Topic, topic_name


@pytest.fixture
def settings() -> Iterator[EmbeddedSettings]:
    """Settings with a data folder of this test's own."""
    with services.service_folder() as folder:
        yield EmbeddedSettings.load(folder=folder)


async def test_a_killed_broker_comes_back_at_its_address_with_all_that_it_acknowledged(
    settings: EmbeddedSettings,
) -> None:
    """kill -9 of the broker, restart: the same address, and every acknowledged record is there."""
    async with EmbeddedKafka(settings) as kafka:
        topics = services.unique_topics(partitions=1)
        await apply_topics(KafkaSettings(bootstrap_servers=kafka.bootstrap_servers), topics)
        address, name = kafka.bootstrap_servers, topic_name(Topic.RESULTS, topics)
        async with AIOKafkaProducer(bootstrap_servers=address, acks="all") as producer:
            for number in range(50):
                await producer.send_and_wait(name, str(number).encode())
        assert kafka.pid is not None
        os.kill(kafka.pid, signal.SIGKILL)
        await kafka.restart()
        assert kafka.bootstrap_servers == address
        async with AIOKafkaConsumer(bootstrap_servers=address) as consumer:
            assert (await consumer.end_offsets([TopicPartition(name, 0)])) == {TopicPartition(name, 0): 50}


async def test_a_killed_postgres_comes_back_with_all_that_was_committed(settings: EmbeddedSettings) -> None:
    """kill -9 of PostgreSQL, restart: the same URL, and every committed row is there."""
    async with EmbeddedPostgres(settings) as postgres:
        url = postgres.url
        connection = await asyncpg.connect(url)
        await connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        assert postgres.pid is not None
        os.kill(postgres.pid, signal.SIGKILL)
        connection.terminate()
        await postgres.restart()
        assert postgres.url == url
        connection = await asyncpg.connect(url)
        assert await connection.fetchval("SELECT answer FROM kept") == 42
        await connection.close()


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    """A process that is none of ours."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


async def test_a_process_that_was_given_the_recorded_id_is_left_alone(
    settings: EmbeddedSettings, stranger: subprocess.Popen[bytes]
) -> None:
    """The record names this id with another start time: that process is not ours, and lives on."""
    found = ProcessId.of(stranger.pid)
    assert found is not None
    service = EmbeddedPostgres(settings)
    service.folder.mkdir(parents=True)
    record = {**asdict(found), "started": found.started - 100}
    (service.folder / "process.json").write_text(json.dumps(record))
    async with service:
        assert stranger.poll() is None
    assert stranger.poll() is None


async def test_a_stale_postmaster_file_with_a_strangers_id_does_no_harm(settings: EmbeddedSettings) -> None:
    """After a kill and a restart of the machine, PostgreSQL's own id may belong to another program."""
    async with EmbeddedPostgres(settings) as postgres:
        data = postgres.folder / "data"
        running = (data / "postmaster.pid").read_text()
    _, rest = running.split("\n", 1)
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{rest}")
    async with EmbeddedPostgres(settings) as postgres:
        assert postgres.alive


async def test_only_one_program_at_a_time_has_a_folder(settings: EmbeddedSettings) -> None:
    """The second is refused, and the first is not touched."""
    async with EmbeddedPostgres(settings) as first:
        with pytest.raises(EmbeddedServiceError, match="in use by another emotionstream program"):
            await EmbeddedPostgres(settings).__aenter__()
        assert first.alive


async def test_a_half_made_folder_is_made_anew(settings: EmbeddedSettings) -> None:
    """What a kill in the middle of the first start left behind does no harm."""
    service = EmbeddedPostgres(settings)
    half = service.folder / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    async with service:
        assert service.alive
    assert not half.exists()


async def test_newer_data_are_refused_and_not_touched(settings: EmbeddedSettings) -> None:
    """Of Kafka and of PostgreSQL; the message names both versions and what to do."""
    for service, file, version in (
        (EmbeddedKafka(settings), "version", "9.0.0"),
        (EmbeddedPostgres(settings), "data/PG_VERSION", "99"),
    ):
        (service.folder / "data").mkdir(parents=True)
        (service.folder / file).write_text(version)
        with pytest.raises(EmbeddedServiceError, match=rf"written by the newer {service.name} {version}.*Move .* away"):
            await service.__aenter__()
        assert (service.folder / file).read_text() == version


async def test_a_taken_port_is_told(settings: EmbeddedSettings) -> None:
    """A port that the settings ask for and another program has: the message names the setting."""
    with http.server.HTTPServer(("127.0.0.1", free_ports(1)[0]), http.server.BaseHTTPRequestHandler) as other:
        wanted = settings.model_copy(update={"kafka_port": other.server_port})
        with pytest.raises(EmbeddedServiceError, match=f"port {other.server_port} .*EMOTIONSTREAM_EMBEDDED_KAFKA_PORT"):
            await EmbeddedKafka(wanted).__aenter__()


async def test_a_full_disk_is_told(settings: EmbeddedSettings) -> None:
    """Too little room is said before anything is written."""
    starved = settings.model_copy(update={"min_free_mb": 1_000_000})
    for service in (EmbeddedKafka(starved), EmbeddedPostgres(starved)):
        with pytest.raises(EmbeddedServiceError, match="almost full"):
            await service.__aenter__()
        assert not (service.folder / "data").exists()


def test_no_network_at_the_first_start_is_told(tmp_path: Path) -> None:
    """Nothing answers at the repository: the message says that the first start needs it, and what else would do."""
    settings = EmbeddedSettings(cache=tmp_path, maven_repository="http://127.0.0.1:9", download_attempts=1)
    with pytest.raises(EmbeddedServiceError, match=r"could not be fetched.*needs the network.*KAFKA_BOOTSTRAP_SERVERS"):
        ensure_jars(settings, lambda done, of: None)
    assert not list(tmp_path.rglob("*.jar"))


def test_a_jar_that_is_not_the_locked_one_is_refused(tmp_path: Path) -> None:
    """A repository that gives other bytes: they are neither used nor kept."""

    class Forger(http.server.BaseHTTPRequestHandler):
        """Answers every request for a jar with the same few bytes."""

        def do_GET(self) -> None:
            """HTTP GET."""
            found = self.path.endswith(".jar")
            self.send_response(200 if found else 404)
            self.end_headers()
            self.wfile.write(b"forged" if found else b"")

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Forger)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings = EmbeddedSettings(cache=tmp_path, maven_repository=f"http://127.0.0.1:{server.server_port}")
        with pytest.raises(EmbeddedServiceError, match="SHA-256 differs"):
            ensure_jars(settings, lambda done, of: None)
        server.shutdown()
    assert not list(tmp_path.rglob("*.jar"))
