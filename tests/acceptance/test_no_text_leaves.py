"""What learners write stands where it belongs and nowhere else: not in logs at any level, metrics, headers, reasons."""

import asyncio
import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import asyncpg
import pytest
import services
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from bad_records import SECRET, bad_records, good_message
from command import Ended, run
from waiting import until

from emotionstream.schemas.rejections import PREFIX
from emotionstream.schemas.settings.intake import IntakeSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Topic, topic_name

LOUD: Final = {"EMOTIONSTREAM_LOG_LEVEL": "debug", "EMOTIONSTREAM_LOG_CLIENT_LEVEL": "debug"}
MAIN: Final = (sys.executable, "-m", "emotionstream.cli.main")
GOOD: Final = 6
TOPICS: Final = TopicSettings()
BAD: Final = bad_records(IntakeSettings())
FOREIGN: Final = (SECRET.encode(), json.dumps({SECRET: SECRET, "user_id": SECRET * 60}).encode())
"""What may lie in a topic that only we should write to."""


@pytest.fixture
def folder() -> Iterator[Path]:
    """The folder that the person works in."""
    with services.service_folder() as found:
        yield found


def environment() -> dict[str, str]:
    """Nothing is set but how much is logged, and for speed that the model is not run in advance."""
    ours = ("KAFKA_", "DATABASE_", "EMOTIONSTREAM_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | LOUD | {"EMOTIONSTREAM_ENGINE_PREWARM": "false"}


@contextmanager
def up(folder: Path) -> Iterator[dict[str, Any]]:
    """Everything at work, as talkative as it can be."""
    env = environment()
    with (
        (folder / "up.err").open("wb") as said,
        subprocess.Popen([*MAIN, "up", "--json"], cwd=folder, env=env, stdout=subprocess.PIPE, stderr=said) as process,
    ):
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()
            process.wait(60)


async def test_a_text_is_in_no_log_metric_header_or_reason(folder: Path) -> None:
    """A lesson with every kind of bad record, published, scored, recorded and erased at DEBUG: a word is looked for."""
    with up(folder) as said:
        bootstrap, database = said["kafka"]["bootstrap_servers"], said["postgres"]["url"]
        told = [await lesson(bootstrap)]
        await recorded(database, bootstrap)
        told += [await command("erase", "--user", "ada", "--yes", bootstrap=bootstrap, DATABASE_URL=database)]
        metrics = [await asyncio.to_thread(page, f"{part['health']}/metrics") for part in said["parts"].values()]
        headers = [
            value for topic in (Topic.CHAT_DLQ, Topic.RESULTS_DLQ) for value in await own_headers(bootstrap, topic)
        ]
        reasons = [row["reason"].encode() for row in await rows(database, "SELECT reason FROM rejections")]
    logs = {path: path.read_bytes() for path in log_files(folder)}
    # The looking looks at something.
    assert len(metrics) == 3 and all(b"emotionstream_" in page for page in metrics)
    assert len(headers) > len(BAD) and len(reasons) > len(BAD)
    assert {path.stem for path in logs} >= {"up", "worker", "state", "recorder", "kafka", "postgresql"}
    assert any(b"partitions assigned" in text for text in logs.values())
    assert [ended.code for ended in told] == [0, 0], told
    for name, found in {
        **logs,
        "metrics": b"".join(metrics),
        "headers": b"\n".join(headers),
        "reasons": b"\n".join(reasons),
        "commands": "".join(ended.err + ended.out for ended in told).encode(),
    }.items():
        place = found.lower().find(SECRET.encode())
        assert place < 0, f"{name}: {found[max(place - 300, 0) : place + 100]!r}"


async def lesson(bootstrap: str) -> Ended:
    """Good messages by the command line, bad records as a foreign client may send them, to every topic."""
    lines = "".join(f"{SECRET} number {number}\n" for number in range(GOOD))
    ended = await command("publish", "--user", "ada", "--follow", bootstrap=bootstrap, stdin=lines.encode())
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        for bad in BAD:
            batch = producer.create_batch()
            batch.append(timestamp=None, key=bad.key, value=bad.value, headers=list(bad.headers))
            await (await producer.send_batch(batch, topic_name(Topic.CHAT, TOPICS), partition=0))
        for topic in (Topic.RESULTS, Topic.INTERVENTIONS, Topic.OUTCOMES, Topic.CHAT_DLQ):
            for value in FOREIGN:
                await producer.send_and_wait(topic_name(topic, TOPICS), value, key=b"ada", partition=0)
    return ended


async def recorded(database: str, bootstrap: str) -> None:
    """Wait until the last record has been through all parts: a message behind them."""
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        last = good_message("last", "bob").to_json()
        await producer.send_and_wait(topic_name(Topic.CHAT, TOPICS), last, key=b"bob", partition=0)

    async def there() -> bool:
        found = await rows(database, "SELECT 1 FROM results WHERE user_id = 'bob'")
        refused = await rows(database, "SELECT count(*) AS n FROM rejections")
        # Each bad chat record is rejected by the worker, and what is no event of ours by state stage and recorder.
        return bool(found) and refused[0]["n"] >= len(BAD) - 1 + len(FOREIGN)

    await until(there, seconds=90, pause=0.5)


async def command(*arguments: str, bootstrap: str, stdin: bytes = b"", **told: str) -> Ended:
    """A command, as talkative as it can be."""
    env = environment() | {"KAFKA_BOOTSTRAP_SERVERS": bootstrap} | told
    return await run(*arguments, env=env, stdin=stdin)


def page(address: str) -> bytes:
    """What a part's health server answers."""
    with urllib.request.urlopen(address) as answer:
        found: bytes = answer.read()
    return found


async def rows(database: str, sql: str) -> list[Any]:
    """What the database says."""
    connection = await asyncpg.connect(database, server_settings={"search_path": "emotionstream"})
    try:
        return list(await connection.fetch(sql))
    finally:
        await connection.close()


async def own_headers(bootstrap: str, topic: Topic) -> list[bytes]:
    """Values of the headers that we put on dead letters."""
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest") as consumer:
        places = [TopicPartition(topic_name(topic, TOPICS), number) for number in range(TOPICS.partitions)]
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        found: list[bytes] = []
        for place, end in ends.items():
            while await consumer.position(place) < end:
                for records in (await consumer.getmany(place, timeout_ms=500)).values():
                    found += [value for record in records for name, value in record.headers if name.startswith(PREFIX)]
    return found


def log_files(folder: Path) -> list[Path]:
    """Everything that any process wrote for a person. (Kafka's data, which ends in .log too, lies deeper.)"""
    data = folder / ".emotionstream"
    return [folder / "up.err", *(path for part in data.iterdir() if part.is_dir() for path in part.glob("*.log*"))]
