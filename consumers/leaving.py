"""A consumer leaves its group, and a producer stops, also while the broker is away."""

import asyncio
from contextlib import suppress
from typing import Any

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
        # What still runs of it would connect again, and keep it a member of its group.
        left = [*_tasks(consumer._coordinator), *_tasks(consumer._fetcher)]
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left, timeout=seconds)
        await consumer._client.close()
    else:
        stopping.result()


def _tasks(part: object) -> list["asyncio.Task[Any]"]:
    """The tasks that a part of aiokafka's consumer has running, alone or in sets."""
    held = vars(part).values() if part is not None else ()
    several = (each for group in held if isinstance(group, set) for each in group)
    return [each for each in (*held, *several) if isinstance(each, asyncio.Task)]


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
