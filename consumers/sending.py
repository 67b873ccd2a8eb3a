"""Records to Kafka as whole record batches: one acknowledgement for many records costs far less than one for each."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

import structlog
from aiokafka import AIOKafkaProducer, TopicPartition

logger = structlog.get_logger()


class Sendable(Protocol):
    """A record to send, its target apart."""

    @property
    def key(self) -> bytes | None:
        """The record's key."""

    @property
    def value(self) -> bytes | None:
        """The record's value."""

    @property
    def headers(self) -> list[tuple[str, bytes]]:
        """The record's headers."""


class BatchBuilder(Protocol):
    """aiokafka's record batch, as far as it is used here."""

    def append(
        self, *, timestamp: int | None, key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes]]
    ) -> object | None:
        """Add a record; None where the batch is full. The first record always fits."""

    def close(self) -> None:
        """Let nobody else add to it."""


async def hand_over(
    producer: AIOKafkaProducer, target: TopicPartition, records: Sequence[Sendable]
) -> "list[asyncio.Future[object]]":
    """Give ``records`` to ``producer`` in order. The futures are done when Kafka has acknowledged them all.

    Raises:
        KafkaError: the producer takes nothing.
    """
    acknowledged = []
    batch = producer.create_batch()
    for record in records:
        if not _append(batch, record):
            acknowledged.append(await _submit(producer, batch, target))
            batch = producer.create_batch()
            _append(batch, record)
    acknowledged.append(await _submit(producer, batch, target))
    return acknowledged


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


async def _submit(producer: AIOKafkaProducer, batch: BatchBuilder, target: TopicPartition) -> "asyncio.Future[object]":
    batch.close()
    future: asyncio.Future[object] = await producer.send_batch(batch, target.topic, partition=target.partition)
    return future


def _append(batch: BatchBuilder, record: Sendable) -> bool:
    return batch.append(timestamp=None, key=record.key, value=record.value, headers=record.headers) is not None
