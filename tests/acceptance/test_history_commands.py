"""`recorder`, `db` and `sessions` as a person runs them: real processes, real kills."""

import asyncio
import json
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from history_events import carried, intervention, message, outcome, position, result, said_and_scored
from waiting import until

from emotionstream.history.entry import Entry
from emotionstream.history.store import History, open_history
from emotionstream.schemas.checkpoint import CONFIG, POLICY
from emotionstream.schemas.events import ChatMessage
from emotionstream.schemas.position import SourcePosition
from emotionstream.schemas.settings.database import DatabaseSettings
from emotionstream.schemas.settings.history import HistorySettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Topic, topic_name

COMPACT = Path(__file__).resolve().parents[2] / "models" / "compact"
PROGRAM = (sys.executable, "-m", "emotionstream.cli.main")


def environ(**told: str) -> dict[str, str]:
    """The environment without settings of ours, then ``told``."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("EMOTIONSTREAM_")}
    return {**plain, **told}


async def run(*args: str, **told: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a command."""
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(*PROGRAM, *args, env=environ(**told), stdout=pipe, stderr=pipe)
    out, err = await child.communicate()
    return child.returncode or 0, out.decode(), err.decode()


@asynccontextmanager
async def recorder(kafka: str, topics: TopicSettings, database: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A recorder process; killed at the end if it still runs."""
    told = {"KAFKA_BOOTSTRAP_SERVERS": kafka, "DATABASE_URL": database, **topics.env()}
    told["EMOTIONSTREAM_RECORDER_SESSION_SECONDS"] = "6"  # A killed one's partitions are free sooner.
    child = await asyncio.create_subprocess_exec(*PROGRAM, "recorder", env=environ(**told))
    try:
        yield child
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()


async def publish(kafka: str, topics: TopicSettings, numbers: range) -> None:
    """Messages of 20 learners, and their results."""
    chat, results = topic_name(Topic.CHAT, topics), topic_name(Topic.RESULTS, topics)
    said = [message(offset, user=f"u{offset % 20}") for offset in numbers]
    async with AIOKafkaProducer(bootstrap_servers=kafka, enable_idempotence=True) as producer:
        sent = [await producer.send(chat, item.to_json(), item.user_id.encode()) for item in said]
        for item, where in zip(said, [await future for future in sent], strict=True):
            source = SourcePosition(
                topic=chat, partition=where.partition, offset=where.offset, timestamp_ms=where.timestamp
            )
            await producer.send(results, result(item, source).to_json(), item.user_id.encode())
        await producer.flush()


async def test_a_killed_recorder_loses_and_doubles_nothing(kafka: str, topics: TopicSettings, database: str) -> None:
    """kill -9 twice in the middle of 2,000 messages: each is in the history once; SIGTERM ends with 0."""
    await publish(kafka, topics, range(1_600))
    async with open_history(DatabaseSettings(url=database), HistorySettings()) as history:
        for rows in (1, 1_500):
            async with recorder(kafka, topics, database) as child:
                await until(lambda least=rows: _has(history, least), seconds=60, pause=0.02)
                child.kill()
                assert await child.wait() == -signal.SIGKILL
        # What it has written itself shows that it is up, and hears SIGTERM.
        await publish(kafka, topics, range(1_600, 2_000))
        async with recorder(kafka, topics, database) as child:
            await until(lambda: _has(history, 4_000), seconds=60, pause=0.02)
            child.terminate()
            assert await child.wait() == 0
        counts = await history.counts()
        assert (counts["messages"], counts["message_texts"], counts["results"]) == (2_000, 2_000, 2_000)


async def _has(history: History, rows: int) -> bool:
    counts = await history.counts()
    return counts["messages"] + counts["results"] >= rows


async def test_db_plans_and_migrates(database: str) -> None:
    """The plan is SQL and changes nothing; migrating makes the tables; then there is nothing to do."""
    code, sql, _ = await run("db", "plan", DATABASE_URL=database)
    assert code == 10
    assert "CREATE TABLE messages" in sql
    code, out, _ = await run("db", "migrate", DATABASE_URL=database)
    assert code == 0, out
    code, out, _ = await run("db", "plan", "--json", DATABASE_URL=database)
    assert (code, json.loads(out)["up_to_date"]) == (0, True)


async def test_the_printed_plan_may_be_run_by_hand(database: str) -> None:
    """A database's owner runs it with their own tool: afterwards there is nothing left to do."""
    _, sql, _ = await run("db", "plan", DATABASE_URL=database)
    connection = await asyncpg.connect(database)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()
    code, _, err = await run("db", "plan", DATABASE_URL=database)
    assert (code, err.startswith("up to date")) == (0, True)


async def test_a_list_that_is_cut_says_so(database: str) -> None:
    """Whoever sees fifty sessions must not take them for all."""
    async with open_history(DatabaseSettings(url=database), HistorySettings()) as history:
        await history.write([*said_and_scored(0), *said_and_scored(1, session="s2")])
    _, out, err = await run("sessions", "list", "--json", "--limit", "1", DATABASE_URL=database)
    assert len(out.splitlines()) == 1
    assert "more than 1: --limit" in err
    _, out, err = await run("sessions", "list", "--json", "--limit", "2", DATABASE_URL=database)
    assert (len(out.splitlines()), "more than" in err) == (2, False)


async def test_sessions_are_listed_and_shown(database: str) -> None:
    """For a person and for a machine; text only where it is wanted."""
    said: ChatMessage = message(1, text="[bold]I am lost[/bold]")
    scored = result(said, position(1))
    raised = intervention(scored)
    async with open_history(DatabaseSettings(url=database), HistorySettings()) as history:
        extra = [carried(event, 1) for event in (scored, raised, outcome(raised))]
        await history.write([*said_and_scored(0), Entry(position(1), said), *extra])
    code, out, _ = await run("sessions", "list", "--json", DATABASE_URL=database)
    (listed,) = [json.loads(line) for line in out.splitlines()]
    assert (code, listed["user_id"], listed["messages"], listed["top_level"]) == (0, "ada", 2, "moderate")
    code, out, _ = await run("sessions", "list", "--since", "2026-01-01", DATABASE_URL=database)
    assert code == 0
    assert "ada" in out
    code, out, _ = await run("sessions", "show", "s1", DATABASE_URL=database)
    assert code == 0
    assert "[bold]I am lost[/bold]" in out
    assert "needs moderate help" in out
    assert "helped: yes" in out
    code, out, _ = await run("sessions", "show", "s1", "--no-text", "--json", DATABASE_URL=database)
    turns = [json.loads(line) for line in out.splitlines()]
    assert [turn["message"]["text"] for turn in turns] == [None, None]
    assert turns[1]["intervention"]["level"] == "moderate"
    code, _, err = await run("sessions", "show", "nowhere", DATABASE_URL=database)
    assert code == 1
    assert "sessions list" in err


async def test_a_replay_that_cannot_be_ends_before_a_model_is_loaded(database: str, tmp_path: Path) -> None:
    """Where nothing fits or the file has no folder, that is told at once: here by a checkpoint that has no weights."""
    told = {"DATABASE_URL": database, "EMOTIONSTREAM_MODEL_NAME": str(tmp_path)}
    for name in (CONFIG, POLICY):
        shutil.copyfile(COMPACT / name, tmp_path / name)
    code, _, err = await run("replay", "--session", "nowhere", "--to", str(tmp_path / "x.parquet"), **told)
    assert code == 1
    assert "sessions list" in err
    code, _, err = await run("replay", "--session", "nowhere", "--to", str(tmp_path / "no" / "x.parquet"), **told)
    assert code == 1
    assert "cannot be written" in err


@pytest.mark.parametrize("args", [("sessions", "list"), ("db", "migrate"), ("recorder",)])
async def test_without_a_database_the_message_says_what_to_do(args: tuple[str, ...], tmp_path: object) -> None:
    """No traceback: the variable to set, and exit code 3."""
    code, _, err = await run(*args, EMOTIONSTREAM_EMBEDDED_FOLDER=str(tmp_path), KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:1")
    assert code == 3
    assert "DATABASE_URL" in err
    assert "Traceback" not in err
