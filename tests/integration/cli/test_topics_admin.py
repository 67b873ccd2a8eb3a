"""The topic catalogue against a real broker."""

import services

from emotionstream.cli.topics_admin import TopicStatus, apply_topics, plan_topics
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.topics import TopicSettings


async def test_apply_creates_what_is_missing_once(kafka: str) -> None:
    """After one apply every topic fits, and a second apply finds nothing to do."""
    broker, topics = KafkaSettings(bootstrap_servers=kafka), services.unique_topics()
    assert {entry.status for entry in await plan_topics(broker, topics)} == {TopicStatus.MISSING}
    await apply_topics(broker, topics)
    assert {entry.status for entry in await apply_topics(broker, topics)} == {TopicStatus.FITS}


async def test_a_topic_with_other_partitions_or_retention_is_reported_and_not_changed(
    kafka: str, topics: TopicSettings
) -> None:
    """What exists with another partition count or policy stands in the plan as it is, before and after apply."""
    broker = KafkaSettings(bootstrap_servers=kafka)
    wanted = topics.model_copy(update={"partitions": 3, "chat_retention_hours": 1})
    before = await apply_topics(broker, wanted)
    chat = next(entry for entry in before if entry.spec.name.endswith("chat.messages.v1"))
    assert chat.status is TopicStatus.DIFFERS
    assert set(chat.differences) == {
        ("partitions", "2", "3"),
        ("retention.ms", "604800000", "3600000"),
        ("segment.ms", "86400000", "514285"),
    }
    assert await plan_topics(broker, wanted) == before
    assert {entry.status for entry in await plan_topics(broker, topics)} == {TopicStatus.FITS}


async def test_databases_of_tests_are_empty(database: str) -> None:
    """The database fixture gives an empty database that answers."""
    import asyncpg

    connection = await asyncpg.connect(database)
    assert await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
    await connection.close()
