"""kill -9 of any part, in the middle of the work, loses nothing and doubles nothing."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import asyncpg
import psutil
import pytest
from processes import command_line, descendants, lives
from pydantic import SecretStr
from services import service_folder
from state_streams import read_all

from emotionstream.cli.demo.classroom import load_classroom
from emotionstream.cli.run_file import RunFile, read_run_file
from emotionstream.producers.chat import ChatPublisher
from emotionstream.schemas.events import ChatMessage, EmotionResult, Intervention, Role
from emotionstream.schemas.settings.database import DatabaseSettings
from emotionstream.schemas.settings.history import HistorySettings
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.settings.worker import Delivery, WorkerSettings
from emotionstream.schemas.topics import Topic

RUN = "kills"
AFTERWARDS = 600
"""Messages sent after the last kill."""
LEARNERS = 40
RATE = 50
"""Messages a second: so slowly that scoring, folding and recording keep up, on two slow cores too."""
PATIENCE_SECONDS = 120.0
VICTIMS = {
    200: ["emotionstream.cli.main", "state"],
    500: ["emotionstream.cli.main", "recorder"],
    1_150: ["kafka.Kafka"],
    1_450: ["emotionstream.cli.main", "worker"],
}
"""Results in PostgreSQL at the time of a kill -> words that the victim's command line has.

Between two kills results come out again, however long a part takes to be back: messages are sent until the last kill.
"""


@pytest.fixture(scope="module")
def up() -> Iterator[tuple[subprocess.Popen[bytes], RunFile]]:
    """A running `emotionstream up` in a folder of its own, every part ready."""
    with service_folder() as folder:
        services = ("KAFKA_", "DATABASE_", "EMOTIONSTREAM_EMBEDDED_", "EMOTIONSTREAM_TOPICS_", "EMOTIONSTREAM_HEALTH_")
        environ = {name: value for name, value in os.environ.items() if not name.startswith(services)}
        log = (folder / "up.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-m", "emotionstream.cli.main", "up"], cwd=folder, env=environ, stdout=log, stderr=log
        )
        try:
            yield process, ready(process, folder)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(90)
            log.close()


def ready(process: subprocess.Popen[bytes], folder: Path) -> RunFile:
    """Wait until every part of ``process`` is ready."""
    from urllib.error import URLError
    from urllib.request import urlopen

    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        run = read_run_file(folder / ".emotionstream")
        try:
            if run is not None and run.health:
                for port in run.health.values():
                    urlopen(f"http://127.0.0.1:{port}/ready", timeout=2).close()
                return run
        except (URLError, OSError):
            pass
        time.sleep(0.2)
    raise AssertionError((folder / "up.log").read_text(encoding="utf-8", errors="replace")[-4000:])


def lesson() -> Iterator[ChatMessage]:
    """Messages of 40 learners in turn, in the order of sending; it does not end."""
    texts = [line.text for line in load_classroom() if line.role is Role.LEARNER]
    start = datetime.now(tz=UTC) - timedelta(days=1)
    for number in count():
        yield ChatMessage(
            message_id=f"{RUN}-{number}",
            user_id=f"{RUN}-learner-{number % LEARNERS}",
            session_id=f"{RUN}-session-{number % LEARNERS}",
            text=texts[number % len(texts)],
            sent_at=start + timedelta(seconds=10 * number),
        )


async def kill(parent: subprocess.Popen[bytes], words: list[str]) -> psutil.Process:
    """kill -9 of the one process below ``parent`` whose command line has ``words``. Gives it."""

    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            found = [each for each in descendants(parent.pid) if all(word in command_line(each) for word in words)]
            # A part that ended by itself, as one may where Kafka went away, is not there until `up` starts it again.
            with suppress(ValueError, psutil.NoSuchProcess):
                (victim,) = found
                victim.kill()
                return victim
            await asyncio.sleep(0.2)


async def publish(kafka: KafkaSettings, over: asyncio.Event) -> set[str]:
    """Send a lesson at ``RATE`` until ``AFTERWARDS`` messages after ``over``; the ids, each acknowledged."""

    async def paced() -> AsyncIterator[ChatMessage]:
        left = AFTERWARDS
        for message in lesson():
            yield message
            await asyncio.sleep(1 / RATE)
            left -= over.is_set()
            if not left:
                return

    sent = set()
    async with ChatPublisher(kafka=kafka) as publisher:
        async for published in publisher.publish_many(paced()):
            assert published.error is None and published.message is not None
            sent.add(published.message.message_id)
    return sent


async def strike(
    parent: subprocess.Popen[bytes], database: DatabaseSettings, over: asyncio.Event
) -> list[psutil.Process]:
    """kill -9 of one part after another, each while messages go in and results come out. Gives them."""
    killed = []
    try:
        for results, words in VICTIMS.items():
            rows = await rows_of_at_least(results, database)
            assert len(rows) >= results, f"no more results came out before the kill of {words}"
            killed.append(await kill(parent, words))
    finally:
        over.set()
    return killed


async def rows_of_at_least(results: int, database: DatabaseSettings) -> Counter[str]:
    """Rows of results by message id, as soon as there are so many; what there is when no more came for long."""
    before, deadline = -1, 0.0
    while True:
        rows, _ = await recorded(database)
        if len(rows) > before:
            before, deadline = len(rows), time.monotonic() + PATIENCE_SECONDS
        if len(rows) >= results or time.monotonic() > deadline:
            return rows
        await asyncio.sleep(0.2)


async def recorded(database: DatabaseSettings) -> tuple[Counter[str], set[str]]:
    """Rows of results by message id, and intervention ids, in PostgreSQL."""
    assert database.url is not None
    schema = HistorySettings().db_schema
    connection = await asyncpg.connect(database.url.get_secret_value(), server_settings={"search_path": schema})
    try:
        results = await connection.fetch("SELECT message_id FROM results WHERE message_id LIKE $1", f"{RUN}-%")
        raised = await connection.fetch(
            "SELECT intervention_id FROM interventions WHERE message_id LIKE $1", f"{RUN}-%"
        )
    finally:
        await connection.close()
    return Counter(row["message_id"] for row in results), {str(row["intervention_id"]) for row in raised}


async def in_kafka(kafka: str) -> tuple[Counter[str], set[str]]:
    """Results by message id, and intervention ids, that stand in Kafka."""
    results = await read_all(kafka, TopicSettings(), Topic.RESULTS)
    raised = await read_all(kafka, TopicSettings(), Topic.INTERVENTIONS)
    scored = Counter(EmotionResult.model_validate_json(record.value).message_id for record in results)
    return scored, {str(Intervention.model_validate_json(record.value).intervention_id) for record in raised}


async def settled(kafka: str, database: DatabaseSettings) -> tuple[set[str], set[str]]:
    """Intervention ids in Kafka and in PostgreSQL, once neither grows any more."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    before: tuple[set[str], set[str]] = (set(), set())
    while time.monotonic() < deadline:
        _, raised = await in_kafka(kafka)
        _, rows = await recorded(database)
        if raised and (raised, rows) == before and raised == rows:
            break
        before = (raised, rows)
    return before


@pytest.mark.timeout(900)
async def test_kill_9_of_every_part_loses_and_doubles_nothing(up: tuple[subprocess.Popen[bytes], RunFile]) -> None:
    """All that was sent is in results and in PostgreSQL at the end, none twice in PostgreSQL; interventions agree."""
    process, run_file = up
    bootstrap = run_file.kafka or ""
    database = DatabaseSettings(url=SecretStr(run_file.database or ""))
    over = asyncio.Event()

    async with asyncio.TaskGroup() as group:
        sending = group.create_task(publish(KafkaSettings(bootstrap_servers=bootstrap), over))
        striking = group.create_task(strike(process, database, over))

    wanted, killed = sending.result(), striking.result()
    assert len(wanted) >= max(VICTIMS) + AFTERWARDS
    rows = await rows_of_at_least(len(wanted), database)
    assert len(set(killed)) == len(VICTIMS)
    assert not [each for each in killed if lives(each)]
    assert rows.keys() == wanted
    assert set(rows.values()) == {1}
    scored, _ = await in_kafka(bootstrap)
    assert scored.keys() == wanted
    if WorkerSettings.load().delivery is Delivery.EXACTLY_ONCE:
        assert set(scored.values()) == {1}
    raised, kept = await settled(bootstrap, database)
    assert raised
    assert kept == raised
    assert process.poll() is None
