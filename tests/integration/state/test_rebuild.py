"""The table rebuilt from its changelog: as long as it takes, and with nothing left over."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaProducer
from state_policies import random_results
from state_streams import EAGER, POLICY, TABLE, end_offset, expected, publish, running, stage, until

from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Topic, topic_name
from emotionstream.state.stage import StateConfig, StateStage
from emotionstream.state.table import Hooks, LearnersApp, add_table, build_app
from emotionstream.state.turn import Output, Turn, take

STATES = 60_000
USERS = [f"user-{number}" for number in range(7)]


@asynccontextmanager
async def started(kafka: str, topics: TopicSettings, seen: list[Turn]) -> AsyncIterator[LearnersApp]:
    """The Faust app alone, its table rebuilt; what it does with each record goes to ``seen``."""

    async def publish_nothing(output: Output, partition: int) -> None:
        del output, partition

    app = build_app(KafkaSettings(bootstrap_servers=kafka), topics, TABLE)
    hooks = Hooks(
        take=lambda record, value: take(record, value, POLICY, EAGER, topics.max_message_bytes),
        publish=publish_nothing,
        observe=lambda record, turn: seen.append(turn),
    )
    add_table(app, topics, hooks)
    app.finalize()
    await app.start()
    try:
        yield app
    finally:
        await app.stop()


async def test_the_changelog_is_not_taken_for_results(kafka: str, topics: TopicSettings) -> None:
    """No agent handles its records, so none is remembered as waiting; of the results none is, once handled.

    Nor does Faust itself keep account of them: it would of every gap that compaction leaves, in a time that grows with
    their square (11,000 of 150,000 states after 100 s; 48 s for all without it).
    """
    results = random_results(340, USERS)
    await publish(kafka, topics, results[:300])
    want = expected(results[:300]).learners
    async with running(stage(kafka, topics)) as part:
        await until(lambda: part.learners() == want, "the table is not the fold")
    seen: list[Turn] = []
    async with started(kafka, topics, seen) as app:
        accounted = [
            app.topics.acks_enabled_for(topic_name(t, topics)) for t in (Topic.LEARNERS_CHANGELOG, Topic.RESULTS)
        ]
        assert accounted == [False, True]
        assert app.recovery_position == 300
        assert app.deliveries.remembered == 0
        await publish(kafka, topics, results[300:])
        await until(lambda: len(seen) == 40, "the results were not handled")
        assert app.deliveries.remembered == 0


async def test_a_long_rebuild_is_waited_for_while_it_goes_on(kafka: str, topics: TopicSettings) -> None:
    """More states than are read within ``start_seconds``: the stage starts all the same, and says how far it is."""
    changelog = topic_name(Topic.LEARNERS_CHANGELOG, topics)
    async with AIOKafkaProducer(bootstrap_servers=kafka, max_batch_size=1_000_000, linger_ms=20) as producer:
        for number in range(STATES):
            await producer.send(changelog, b"state", f"user-{number}".encode(), partition=number % topics.partitions)
    assert await end_offset(kafka, topics, Topic.LEARNERS_CHANGELOG) == STATES
    table = TABLE.model_copy(update={"start_seconds": 5.0})
    part = StateStage(StateConfig(KafkaSettings(bootstrap_servers=kafka), topics, EAGER, table), POLICY)
    async with running(part, seconds=150):
        position = part.registry.get_sample_value("emotionstream_state_recovery_position")
        assert position == STATES
        assert part.registry.get_sample_value("emotionstream_state_recovery_seconds") > 0
