"""Removing a learner from a real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest
from history_events import START, carried, intervention, message, outcome, position, rejection, said_and_scored

from emotionstream.history.entry import Entry
from emotionstream.history.queries import query
from emotionstream.history.store import History, open_history
from emotionstream.schemas.settings.database import DatabaseSettings
from emotionstream.schemas.settings.history import HistorySettings

NOW = START + timedelta(days=1)


@pytest.fixture
async def history(database: str) -> AsyncIterator[History]:
    """An empty history in a database of its own, which keeps four results of a learner."""
    async with open_history(DatabaseSettings(url=database), HistorySettings(limit=4)) as opened:
        yield opened


def lesson(user: str, first: int = 0) -> list[Entry]:
    """Records of every kind about ``user``: six results, of which four are kept, and what came of them."""
    entries = [entry for offset in range(first, first + 6) for entry in said_and_scored(offset, user=user)]
    raised = intervention(entries[-1].event)  # type: ignore[arg-type]  # A result.
    refused = position(first + 6)
    return [
        *entries,
        Entry(refused, message(first + 6, user=user)),
        carried(rejection(refused), 0),
        carried(raised, 0),
        carried(outcome(raised), 0),
    ]


def until(offset: int) -> int:
    """The time of the record at ``offset``, in ms."""
    return position(offset).timestamp_ms


async def test_everything_of_the_learner_goes_and_of_others_nothing(history: History) -> None:
    """Every table, texts too; it says how many rows went, and a second look finds none."""
    await history.write(lesson("ada"))
    await history.write(lesson("bob", first=20))
    before = await history.rows_of("bob", until(40))
    gone = await history.erase("ada", until(10), NOW)
    assert gone == {
        "messages": 5,
        "message_texts": 5,
        "results": 4,
        "interventions": 1,
        "outcomes": 1,
        "rejections": 1,
        "truncated_learners": 1,
    }
    assert set((await history.rows_of("ada", until(10))).values()) == {0}
    assert await history.rows_of("bob", until(40)) == before == gone
    assert await history.turns("ada") == []
    assert await history.truncated("ada") == 0


async def test_the_id_stands_nowhere_any_more(history: History, database: str) -> None:
    """Every row of every table, looked through as text, holds neither the id nor what was said."""
    await history.write(lesson("ada"))
    await history.erase("ada", until(10), NOW)
    connection = await asyncpg.connect(database)
    tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'emotionstream'")
    assert len(tables) == 9
    for table in tables:
        rows = await connection.fetch(f"SELECT t::text AS row FROM emotionstream.{table['tablename']} AS t")
        assert not [row for row in rows if "ada" in row["row"] or "stuck" in row["row"]]
    await connection.close()


async def test_what_comes_late_is_not_recorded_again(history: History) -> None:
    """A recorder that lags, or reads a topic from the beginning, brings nothing back; what is said since is kept."""
    records = lesson("ada")
    await history.erase("ada", until(10), NOW)
    await history.write(records)
    left = await history.rows_of("ada", until(10))
    # Where a record could not be used says nothing of whose it was.
    assert {table: rows for table, rows in left.items() if rows} == {}
    await history.write(lesson("ada", first=20))
    assert (await history.rows_of("ada", until(40)))["results"] == 4
    assert (await history.rows_of("ada", until(40)))["outcomes"] == 1
    assert set((await history.rows_of("ada", until(10))).values()) == {0}


async def test_it_may_be_done_again_and_for_nobody(history: History) -> None:
    """A second time removes what came since; a learner who is not known is no error."""
    await history.write(lesson("ada"))
    assert (await history.erase("ada", until(10), NOW))["messages"] == 5
    assert set((await history.erase("ada", until(10), NOW)).values()) == {0}
    assert set((await history.erase("nobody", until(10), NOW)).values()) == {0}
    # An older mark, as of another partition, does not bring the time forward.
    await history.erase("ada", until(3), NOW)
    await history.write(lesson("ada"))
    assert (await history.counts())["messages"] == 0


async def test_a_recorder_at_work_cannot_bring_it_back(history: History, database: str) -> None:
    """A batch that is being written while the learner is erased: the erasure waits for it, and takes it along."""
    connection = await asyncpg.connect(database, server_settings={"search_path": "emotionstream"})
    writing = connection.transaction()
    await writing.start()
    await connection.execute(query("stage"))
    erasing = asyncio.create_task(history.erase("ada", until(10), NOW))
    await asyncio.sleep(0.3)
    assert not erasing.done()
    await connection.execute(
        "INSERT INTO truncated_learners (user_id, results) VALUES ('ada', 7)",
    )
    await writing.commit()
    await connection.close()
    assert (await erasing)["truncated_learners"] == 1


async def test_a_learners_partitions_are_known(history: History) -> None:
    """Foreign publishers may choose other partitions than ours would: what is recorded tells."""
    await history.write(lesson("ada"))
    assert await history.partitions_of("ada", "chat.messages.v1") == {0}
    assert await history.partitions_of("ada", "another") == set()
    assert await history.partitions_of("nobody", "chat.messages.v1") == set()
