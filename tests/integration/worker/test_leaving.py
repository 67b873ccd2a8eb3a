"""A consumer that cannot take leave of a living broker."""

import asyncio

from aiokafka import AIOKafkaConsumer

from emotionstream.consumers.leaving import leave
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Topic, topic_name


async def test_what_is_cut_off_leaves_nothing_that_connects_again(kafka: str, topics: TopicSettings) -> None:
    """No task of the client goes on: it would keep the consumer a member of its group."""
    before = asyncio.all_tasks()
    consumer = AIOKafkaConsumer(
        topic_name(Topic.CHAT, topics), bootstrap_servers=kafka, group_id=f"{topics.prefix}leaving"
    )
    await consumer.start()
    # As while the group waits for another member to join.
    consumer._coordinator.close = asyncio.Event().wait
    await leave(consumer, 0.2)
    assert asyncio.all_tasks() == before
    assert not any(connection.connected() for connection in consumer._client._conns.values())
