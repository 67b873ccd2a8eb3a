"""The embedded services seen from outside: on a bare machine, after Ctrl-C, SIGTERM and kill -9."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import services
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from emotionstream.cli.pids import ProcessId

HOLDER = Path(__file__).parent / "holder.py"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder of this test's own, as people name theirs."""
    with services.service_folder() as found:
        yield found / "josé 教室"


@contextmanager
def holding(
    folder: Path, environ: dict[str, str] | None = None
) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """The holder, and what it says once both services answer. Killed at the end where it still runs."""
    with subprocess.Popen(
        [sys.executable, str(HOLDER), str(folder)],
        env=os.environ if environ is None else environ,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as holder:
        try:
            assert holder.stdout is not None
            line = holder.stdout.readline()
            assert line, f"the holder ended with {holder.wait()}"
            yield holder, json.loads(line)
        finally:
            if holder.poll() is None:
                holder.terminate()


def identified(said: dict[str, Any]) -> list[ProcessId]:
    """The services' processes."""
    found = [ProcessId.of(pid) for pid in said["pids"]]
    assert None not in found
    return [process for process in found if process is not None]


def bare_environment(home: Path) -> dict[str, str]:
    """No java, no mvn, nothing but what root needs to make PostgreSQL's user; an empty home folder."""
    programs = home.parent / "programs"
    programs.mkdir()
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is not None:
        (programs / "useradd").symlink_to(useradd)
    home.mkdir()
    # The rest stays: a network that needs a proxy or certificates of its own is told by variables.
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "JAVA", "M2_", "MAVEN"))}
    return kept | {"PATH": str(programs), "HOME": str(home), "LC_ALL": "C"}


def test_a_bare_machine_is_enough_and_the_second_start_needs_no_network(folder: Path, tmp_path: Path) -> None:
    """Without java, mvn or a warm cache both start; after that, an unreachable repository does no harm."""
    # All 46 files come from a repository on the network, which may falter.
    environ = bare_environment(tmp_path / "home") | {"EMOTIONSTREAM_EMBEDDED_DOWNLOAD_ATTEMPTS": "10"}
    assert shutil.which("java", path=environ["PATH"]) is None
    with holding(folder, environ) as (_, said):
        first = said["kafka"]
    jars = list((tmp_path / "home" / ".cache" / "emotionstream").rglob("*.jar"))
    assert len(jars) == 46
    offline = environ | {"EMOTIONSTREAM_EMBEDDED_MAVEN_REPOSITORY": "http://127.0.0.1:9"}
    with holding(folder, offline) as (_, said):
        assert said["kafka"] == first


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_the_whole_terminal_stops_the_services_in_order(folder: Path, number: signal.Signals) -> None:
    """Ctrl-C reaches the program's process group: the services are not in it, and end cleanly by our hand."""
    with holding(folder) as (holder, said):
        running = identified(said)
        os.killpg(holder.pid, number)
        assert holder.wait(60) == 0
    assert not any(process.lives() for process in running)
    assert (folder / "kafka" / "data" / ".kafka_cleanshutdown").exists()
    assert "database system is shut down" in (folder / "postgresql" / "postgresql.log").read_text()


async def test_orphans_of_a_killed_program_are_ended_and_their_data_kept(folder: Path) -> None:
    """After kill -9 of ours the services still run; the next start ends them, and has their data."""
    with holding(folder) as (holder, said):
        orphans = identified(said)
        await leave_data(said)
        holder.kill()
        holder.wait()
        assert all(process.lives() for process in orphans)
    with holding(folder) as (_, said):
        assert not any(process.lives() for process in orphans)
        assert await find_data(said) == ("kept", 42)


async def leave_data(said: dict[str, Any]) -> None:
    """A topic in Kafka, a row in PostgreSQL."""
    client = AIOKafkaAdminClient(bootstrap_servers=said["kafka"])
    await client.start()
    await client.create_topics([NewTopic("kept", 1, 1)])
    await client.close()
    connection = await asyncpg.connect(said["postgres"])
    await connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    await connection.close()


async def find_data(said: dict[str, Any]) -> tuple[str, int]:
    """What ``leave_data`` left."""
    client = AIOKafkaAdminClient(bootstrap_servers=said["kafka"])
    await client.start()
    names = [name for name in await client.list_topics() if not name.startswith("__")]
    await client.close()
    connection = await asyncpg.connect(said["postgres"])
    answer = await connection.fetchval("SELECT answer FROM kept")
    await connection.close()
    return names[0], answer
