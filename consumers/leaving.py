"""A consumer leaves its group, and a producer stops, also while the broker is away."""

import asyncio
from contextlib import suppress

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

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


async def stop_producer(producer: AIOKafkaProducer, seconds: float) -> None:
    """Stop ``producer``, whatever state it is in, within ``seconds`` and as long again. Never fails."""
    try:
        async with asyncio.timeout(seconds):
            await producer.stop()
    except Exception as error:
        # Stopping flushes first, and with the broker gone that never ends; a fenced producer's stop raises what its
        # sender died of. Cut it off: nothing that it still has is needed.
        logger.info("producer cut off", error=type(error).__name__)
        # A sender that looks for its coordinator goes on when it is cancelled once, hence the second limit.
        with suppress(Exception):
            async with asyncio.timeout(seconds):
                await producer._sender.close()
        await producer.client.close()
