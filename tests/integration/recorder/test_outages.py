"""PostgreSQL is away, or hangs, while the recorder works."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace

import psutil
from recorder_chain import QUICK, Publisher, committed, is_ready, recording, until_rows
from waiting import until

from emotionstream.consumers.recorder import Recorder
from emotionstream.consumers.recorder.service import RecorderConfig
from emotionstream.history.store import History
from emotionstream.schemas.settings.database import DatabaseSettings
from emotionstream.schemas.settings.history import HistorySettings


def name_of(config: RecorderConfig) -> str:
    """The test's database."""
    return str(config.database.url.get_secret_value()).split("@/")[1].split("?")[0]  # type: ignore[union-attr]


async def _away(recorder: Recorder) -> bool:
    return "PostgreSQL" in recorder.ready().why


async def _recorded(recorder: Recorder, rows: int) -> bool:
    found = recorder.registry.get_sample_value("emotionstream_recorder_rows_total", {"table": "messages"})
    return recorder.ready().ok and (found or 0) >= rows


async def _committed(config: RecorderConfig, records: int) -> bool:
    return sum((await committed(config)).values()) == records


async def test_a_database_that_goes_away_stops_consumption_and_loses_nothing(
    config: RecorderConfig, history: History, publisher: Publisher, postgres: str
) -> None:
    """While nobody may connect: not ready, alive, nothing committed; afterwards everything is there once."""
    import asyncpg

    await publisher.say(0)
    name = name_of(config)
    admin = await asyncpg.connect(postgres)
    try:
        async with recording(config) as recorder:
            await until_rows(history, messages=1)
            await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
            for offset in range(1, 200):
                await publisher.score(*await publisher.say(offset))

            async def is_away() -> bool:
                return not recorder.ready().ok

            await until(is_away)
            assert "PostgreSQL" in recorder.ready().why
            assert recorder.live().ok
            assert sum((await committed(config)).values()) < 100
            await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
            counts = await until_rows(history, messages=200, results=199)
            await until(lambda: is_ready(recorder))
            await until(lambda: _committed(config, 399), pause=0.1)
        assert (counts["messages"], counts["results"]) == (200, 199)
    finally:
        await admin.close()


async def test_a_recorder_stops_while_the_database_is_away_and_commits_nothing(
    config: RecorderConfig, publisher: Publisher
) -> None:
    """Started without a database it waits; told to stop it goes, and everything is still there to be read."""
    await publisher.say(0)
    nowhere = DatabaseSettings(url="postgresql://nobody@127.0.0.1:1/nothing")
    lost = RecorderConfig(config.kafka, config.topics, nowhere, config.history, config.intake, config.recorder)
    async with asyncio.timeout(60), recording(lost) as recorder:
        await until(lambda: _away(recorder))
    assert await committed(config) == {}


@asynccontextmanager
async def hung(postgres: str, config: RecorderConfig) -> AsyncIterator[None]:
    """The recorder's connections hang, and new ones: PostgreSQL is stopped, and goes on at the end."""
    import asyncpg

    admin = await asyncpg.connect(postgres)
    own = await admin.fetchval("SELECT pg_backend_pid()")
    main = psutil.Process(own).parent()
    assert main is not None
    # The main process first: no server is started after the others were looked for.
    main.suspend()
    stopped = [main]
    try:
        for server in await admin.fetch("SELECT pid FROM pg_stat_activity WHERE datname = $1", name_of(config)):
            with suppress(psutil.NoSuchProcess):
                stopped.append(psutil.Process(server["pid"]))
                stopped[-1].suspend()
        yield
    finally:
        for process in stopped:
            with suppress(psutil.NoSuchProcess):
                process.resume()
        await admin.close()


async def test_a_database_that_hangs_is_not_waited_for_in_silence(
    config: RecorderConfig, publisher: Publisher, postgres: str
) -> None:
    """A server that takes the batch and never answers: not ready, alive; when it goes on nothing is lost."""
    async with recording(config) as recorder:
        # Twice: the first turn may open a second connection, which drops old texts. `hung` finds those that are open.
        for offset in range(2):
            await publisher.say(offset)
            await until(lambda rows=offset + 1: _recorded(recorder, rows))
        async with hung(postgres, config):
            for offset in range(2, 62):
                await publisher.say(offset)
            await until(lambda: _away(recorder))
            assert recorder.live().ok
        await until(lambda: _recorded(recorder, 62))
        assert recorder.ready().ok


async def test_a_recorder_stops_although_the_database_hangs(
    config: RecorderConfig, publisher: Publisher, postgres: str
) -> None:
    """A stop is not held up by a server that answers neither a statement nor its cancellation."""
    brisk = replace(config, recorder=QUICK.model_copy(update={"stop_seconds": 1.0}))
    brisk = replace(brisk, history=HistorySettings(close_timeout_seconds=1.0))
    async with AsyncExitStack() as stack, asyncio.timeout(60), recording(brisk) as recorder:
        await until(lambda: is_ready(recorder))
        await publisher.say(0)
        await until(lambda: _recorded(recorder, 1))
        await stack.enter_async_context(hung(postgres, brisk))
        await publisher.say(1)
        await until(lambda: _away(recorder))
    async with recording(config) as recorder:
        await until(lambda: _recorded(recorder, 1))
