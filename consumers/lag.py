"""How far a consumer is behind."""

import asyncio
from contextlib import suppress

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import IllegalStateError


async def lag_of(consumer: AIOKafkaConsumer, seconds: float) -> dict[TopicPartition, int]:
    """Records that wait in Kafka, for partitions that have been looked at. Never fails, and takes ``seconds`` at most.

    A rebalance may take a partition away between any two steps, and a position may be asked of a broker that is away:
    what cannot be told is left out.
    """
    lag: dict[TopicPartition, int] = {}
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            for partition in consumer.assignment():
                with suppress(IllegalStateError):
                    await _add(consumer, partition, lag)
    return lag


async def _add(consumer: AIOKafkaConsumer, partition: TopicPartition, lag: dict[TopicPartition, int]) -> None:
    # Asked again: it may have gone while another one's position was waited for.
    end = consumer.highwater(partition) if partition in consumer.assignment() else None
    if end is not None:
        lag[partition] = max(end - await consumer.position(partition), 0)
