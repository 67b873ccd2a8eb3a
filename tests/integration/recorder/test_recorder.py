"""The recorder between a real Kafka and a real PostgreSQL."""

import asyncio
from dataclasses import replace

import pytest
from history_events import intervention, outcome, rejection, result
from recorder_chain import QUICK, Publisher, committed, is_ready, recording, until_rows
from waiting import until

from emotionstream.consumers.recorder import Recorder
from emotionstream.consumers.recorder.service import RecorderConfig
from emotionstream.history.store import History
from emotionstream.schemas.events import Role
from emotionstream.schemas.topics import Topic


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
        # The rows are there before their writer hears of it: on a busy machine it still waits for the database.
        await until(lambda: is_ready(recorder))
    # Counted after that, so looked at when it has ended. A new database's tables are what it had to make first.
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


async def test_it_is_ready_once_its_tables_are(config: RecorderConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Partitions alone are not enough: nothing can be kept yet."""
    made, prepare = asyncio.Event(), History.prepare

    async def later(history: History) -> None:
        await made.wait()
        await prepare(history)

    monkeypatch.setattr(History, "prepare", later)
    patient = replace(config, recorder=QUICK.model_copy(update={"patience_seconds": 30.0}))
    async with recording(patient) as recorder:
        await until(lambda: "tables" in recorder.ready().why)
        made.set()
        await until(lambda: is_ready(recorder))


async def test_a_second_recorder_goes_on_where_the_first_committed(
    config: RecorderConfig, history: History, publisher: Publisher
) -> None:
    """A graceful stop commits what was kept; the next one reads only what is new."""
    for offset in range(120):
        await publisher.say(offset)
    # A stop waits for a write that is under way for no longer than its patience, and these must be through.
    patient = replace(config, recorder=QUICK.model_copy(update={"patience_seconds": 30.0}))
    async with recording(patient):
        await until_rows(history, messages=120)
    assert sum((await committed(config)).values()) == 120
    await publisher.say(120)
    async with recording(patient) as second:
        await until_rows(history, messages=121)
    # Counted after the rows are there, so looked at when it has ended.
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
            await until(lambda: is_ready(second))
            for offset in range(50, 100):
                await publisher.say(offset, user=f"u{offset}")
            await until_rows(history, messages=100)
        for offset in range(100, 150):
            await publisher.say(offset, user=f"u{offset}")
        counts = await until_rows(history, messages=150)
    assert counts["messages"] == 150
