"""The recorder between a real Kafka and a real PostgreSQL."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import TopicPartition
from history_events import intervention, message, outcome, rejection, result

from emotionstream.consumers.recorder import Recorder
from emotionstream.consumers.recorder.service import RecorderConfig
from emotionstream.history.store import History, open_history
from emotionstream.schemas.events import ChatMessage, EmotionResult, Event, Rejection, Role
from emotionstream.schemas.position import SourcePosition
from emotionstream.schemas.rejections import rejection_headers
from emotionstream.schemas.settings.database import DatabaseSettings
from emotionstream.schemas.settings.history import HistorySettings
from emotionstream.schemas.settings.intake import IntakeSettings
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.recorder import RecorderSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Group, Topic, group_name, topic_name

QUICK = RecorderSettings(
    poll_seconds=0.05, patience_seconds=0.3, retry_first_seconds=0.05, retry_longest_seconds=0.2, batch_records=50
)


@pytest.fixture
def config(kafka: str, topics: TopicSettings, database: str) -> RecorderConfig:
    """A recorder's settings over this test's topics and database."""
    return RecorderConfig(
        kafka=KafkaSettings(bootstrap_servers=kafka),
        topics=topics,
        database=DatabaseSettings(url=database),
        history=HistorySettings(),
        intake=IntakeSettings(),
        recorder=QUICK,
    )


@pytest.fixture
async def history(config: RecorderConfig) -> AsyncIterator[History]:
    """The test's own look into the database."""
    async with open_history(config.database, config.history) as opened:
        yield opened


class Publisher:
    """Sends events and raw records to the topics of a test."""

    def __init__(self, producer: AIOKafkaProducer, topics: TopicSettings) -> None:
        self._producer = producer
        self._topics = topics

    async def send(
        self, topic: Topic, value: bytes | None, key: str | None = "ada", headers: Sequence = ()
    ) -> SourcePosition:
        """One record; gives its position."""
        name = topic_name(topic, self._topics)
        where = await self._producer.send_and_wait(
            name, value, None if key is None else key.encode(), headers=list(headers)
        )
        return SourcePosition(topic=name, partition=where.partition, offset=where.offset, timestamp_ms=where.timestamp)

    async def say(self, offset: int, **who: object) -> tuple[ChatMessage, SourcePosition]:
        """One chat message."""
        said = message(offset, **who)  # type: ignore[arg-type]  # Keywords of `message`.
        return said, await self.send(Topic.CHAT, said.to_json(), said.user_id)

    async def score(self, said: ChatMessage, where: SourcePosition) -> EmotionResult:
        """The result of a message."""
        scored = result(said, where)
        await self.send(Topic.RESULTS, scored.to_json(), said.user_id)
        return scored

    async def tell(self, topic: Topic, event: Event) -> None:
        """Any other event, keyed by the learner."""
        await self.send(topic, event.to_json(), event.user_id)  # type: ignore[attr-defined]  # All but rejections have one.

    async def reject(self, refused: Rejection, value: bytes) -> None:
        """A dead letter."""
        await self.send(Topic.CHAT_DLQ, value, headers=rejection_headers(refused, ()))


@pytest.fixture
async def publisher(kafka: str, topics: TopicSettings) -> AsyncIterator[Publisher]:
    """A producer for the test's topics."""
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        yield Publisher(producer, topics)


@asynccontextmanager
async def recording(config: RecorderConfig) -> AsyncIterator[Recorder]:
    """A recorder at work, stopped as by SIGTERM at the end."""
    recorder, stop = Recorder(config), asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(recorder.serve(stop))
        try:
            yield recorder
        finally:
            stop.set()


def name_of(config: RecorderConfig) -> str:
    """The test's database."""
    return str(config.database.url.get_secret_value()).split("@/")[1].split("?")[0]  # type: ignore[union-attr]


async def until(what: Callable[[], Awaitable[bool]], seconds: float = 30.0) -> None:
    """Wait until ``what`` holds."""
    async with asyncio.timeout(seconds):
        while not await what():  # noqa: ASYNC110 - what is waited for has no event to wait on
            await asyncio.sleep(0.05)


async def until_rows(history: History, **rows: int) -> dict[str, int]:
    """Wait until the tables hold (at least) these rows. Gives all counts."""

    async def there() -> bool:
        counts = await history.counts()
        return all(counts[table] >= number for table, number in rows.items())

    await until(there)
    return await history.counts()


async def committed(config: RecorderConfig) -> dict[TopicPartition, int]:
    """The recorder group's offsets."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=config.kafka.bootstrap_servers,
        group_id=group_name(Group.RECORDER, config.topics),
        enable_auto_commit=False,
    )
    async with consumer:
        names = [TopicPartition(topic_name(topic, config.topics), part) for topic in Topic for part in range(2)]
        found = {name: await consumer.committed(name) for name in names}
    return {name: offset for name, offset in found.items() if offset}


async def test_every_kind_of_record_is_kept(config: RecorderConfig, history: History, publisher: Publisher) -> None:
    """Messages of all roles, results, interventions, outcomes and rejections are in the history, as they were."""
    said, where = await publisher.say(0)
    await publisher.say(1, role=Role.TUTOR)
    scored = await publisher.score(said, where)
    raised = intervention(scored)
    await publisher.tell(Topic.INTERVENTIONS, raised)
    await publisher.tell(Topic.OUTCOMES, outcome(raised))
    bad = await publisher.send(Topic.CHAT, b"not json: my secret")
    await publisher.reject(rejection(bad), b"not json: my secret")
    async with recording(config) as recorder:
        counts = await until_rows(history, messages=2, results=1, interventions=1, outcomes=1, rejections=1)
        assert recorder.live().ok
        assert recorder.ready().ok
        # A new database's tables are what it had to make first.
        assert recorder.registry.get_sample_value("emotionstream_recorder_rows_total", {"table": "messages"}) == 2
    assert counts == {
        "messages": 2,
        "message_texts": 2,
        "results": 1,
        "interventions": 1,
        "outcomes": 1,
        "rejections": 1,
    }
    first, second = await history.turns("ada")
    assert first.result == scored
    assert first.intervention == raised
    assert first.outcomes == (outcome(raised),)
    assert second.message is not None
    assert second.message.role is Role.TUTOR


async def test_a_second_recorder_goes_on_where_the_first_committed(
    config: RecorderConfig, history: History, publisher: Publisher
) -> None:
    """A graceful stop commits what was kept; the next one reads only what is new."""
    for offset in range(120):
        await publisher.say(offset)
    async with recording(config):
        await until_rows(history, messages=120)
    assert sum((await committed(config)).values()) == 120
    await publisher.say(120)
    async with recording(config) as second:
        await until_rows(history, messages=121)
        read = second.registry.get_sample_value("emotionstream_recorder_records_total", {"topic": Topic.CHAT.value})
    assert read == 1


async def test_what_is_no_event_is_kept_as_a_rejection_and_the_next_is_recorded(
    config: RecorderConfig, history: History, publisher: Publisher
) -> None:
    """Garbage on the result topics is a rejection by the recorder, without its content; a bad chat record is none."""
    await publisher.send(Topic.RESULTS, b'{"primary_emotion": "my secret"}')
    await publisher.send(Topic.RESULTS, b"\xff")
    await publisher.send(Topic.INTERVENTIONS, b"")
    await publisher.send(Topic.OUTCOMES, b"[]")
    await publisher.send(Topic.CHAT_DLQ, b"no headers")
    await publisher.send(Topic.CHAT, b"bad")
    await publisher.send(Topic.CHAT, None)
    # Fits the schema, but PostgreSQL keeps no NUL: found by halving the batch.
    said, where = await publisher.say(0)
    poison = result(said, where).model_copy(
        update={"model": result(said, where).model.model_copy(update={"name": "\x00"})}
    )
    await publisher.tell(Topic.RESULTS, poison)
    for offset in range(1, 9):
        await publisher.score(*await publisher.say(offset))
    async with recording(config):
        counts = await until_rows(history, messages=9, results=8, rejections=6)
    assert (counts["messages"], counts["results"], counts["rejections"]) == (9, 8, 6)


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
            await until(lambda: _ready(recorder))
        assert (counts["messages"], counts["results"]) == (200, 199)
        assert sum((await committed(config)).values()) == 399
    finally:
        await admin.close()


async def _ready(recorder: Recorder) -> bool:
    return recorder.ready().ok


async def test_a_recorder_stops_while_the_database_is_away_and_commits_nothing(
    config: RecorderConfig, publisher: Publisher
) -> None:
    """Started without a database it waits; told to stop it goes, and everything is still there to be read."""
    await publisher.say(0)
    nowhere = DatabaseSettings(url="postgresql://nobody@127.0.0.1:1/nothing")
    lost = RecorderConfig(config.kafka, config.topics, nowhere, config.history, config.intake, config.recorder)
    async with asyncio.timeout(20), recording(lost) as recorder:
        await until(lambda: _away(recorder))
    assert await committed(config) == {}


async def _away(recorder: Recorder) -> bool:
    return "PostgreSQL" in recorder.ready().why


async def test_records_read_twice_are_kept_once(config: RecorderConfig, history: History, publisher: Publisher) -> None:
    """A recorder that was killed before its commit is followed by one that reads the same records."""
    for offset in range(60):
        await publisher.score(*await publisher.say(offset))
    recorder = Recorder(config)
    killed = asyncio.create_task(recorder.serve(asyncio.Event()))
    await until_rows(history, messages=20)
    killed.cancel()
    await asyncio.wait([killed])
    async with recording(config):
        counts = await until_rows(history, messages=60, results=60)
    assert (counts["messages"], counts["results"]) == (60, 60)


async def test_two_recorders_share_the_partitions(
    config: RecorderConfig, history: History, publisher: Publisher
) -> None:
    """A second member joins and leaves while records come: each is kept once."""
    async with recording(config):
        for offset in range(50):
            await publisher.say(offset, user=f"u{offset}")
        async with recording(config) as second:
            await until(lambda: _ready(second))
            for offset in range(50, 100):
                await publisher.say(offset, user=f"u{offset}")
            await until_rows(history, messages=100)
        for offset in range(100, 150):
            await publisher.say(offset, user=f"u{offset}")
        counts = await until_rows(history, messages=150)
    assert counts["messages"] == 150


@asynccontextmanager
async def hung(postgres: str, config: RecorderConfig) -> AsyncIterator[None]:
    """The recorder's connections hang: their servers are stopped, and go on at the end."""
    import asyncpg

    admin = await asyncpg.connect(postgres)
    servers = await admin.fetch(
        "SELECT pid FROM pg_stat_activity WHERE datname = $1 AND application_name = 'emotionstream'", name_of(config)
    )
    await admin.close()
    for server in servers:
        os.kill(server["pid"], signal.SIGSTOP)
    try:
        yield
    finally:
        for server in servers:
            os.kill(server["pid"], signal.SIGCONT)


async def test_a_database_that_hangs_is_not_waited_for_in_silence(
    config: RecorderConfig, publisher: Publisher, postgres: str
) -> None:
    """A server that takes the batch and never answers: not ready, alive; when it goes on nothing is lost."""
    async with recording(config) as recorder:
        await until(lambda: _recorded(recorder, 0))
        async with hung(postgres, config):
            for offset in range(60):
                await publisher.say(offset)
            await until(lambda: _away(recorder))
            assert recorder.live().ok
        await until(lambda: _recorded(recorder, 60))
        assert recorder.ready().ok


async def test_a_recorder_stops_although_the_database_hangs(
    config: RecorderConfig, publisher: Publisher, postgres: str
) -> None:
    """A stop is not held up by a server that answers neither a statement nor its cancellation."""
    brisk = replace(config, recorder=QUICK.model_copy(update={"stop_seconds": 1.0}))
    brisk = replace(brisk, history=HistorySettings(close_timeout_seconds=1.0))
    async with AsyncExitStack() as stack, asyncio.timeout(20), recording(brisk) as recorder:
        await until(lambda: _ready(recorder))
        await publisher.say(0)
        await until(lambda: _recorded(recorder, 1))
        await stack.enter_async_context(hung(postgres, brisk))
        await publisher.say(1)
        await until(lambda: _away(recorder))
    async with recording(config) as recorder:
        await until(lambda: _recorded(recorder, 1))


async def _recorded(recorder: Recorder, rows: int) -> bool:
    found = recorder.registry.get_sample_value("emotionstream_recorder_rows_total", {"table": "messages"})
    return recorder.ready().ok and (found or 0) >= rows
