"""A consumer leaves its group, also while the broker is away."""

import asyncio

import structlog
from aiokafka import AIOKafkaConsumer

logger = structlog.get_logger()


async def leave(consumer: AIOKafkaConsumer, seconds: float) -> None:
    """Stop ``consumer``; after ``seconds`` without leave from the broker its connections are cut off.

    With the broker away, aiokafka's ``stop`` may also end in the cancellation of one of its own tasks, half done. As a
    task of its own it takes nobody else with it.
    """
    stopping = asyncio.ensure_future(consumer.stop())
    try:
        await asyncio.wait([stopping], timeout=seconds)
    finally:
        stopping.cancel()
    await asyncio.wait([stopping], timeout=seconds)
    if not stopping.done() or stopping.cancelled():
        logger.warning("the consumer was cut off at its end: the broker does not answer")
        await consumer._client.close()
    else:
        stopping.result()
