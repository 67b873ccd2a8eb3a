"""Records to Kafka as whole record batches: one acknowledgement for many records costs far less than one for each.

A batch also takes what aiokafka's ``send`` refuses: a record with neither key nor value, as some dead letters have.
"""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from aiokafka import AIOKafkaProducer, TopicPartition


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


async def _submit(producer: AIOKafkaProducer, batch: BatchBuilder, target: TopicPartition) -> "asyncio.Future[object]":
    batch.close()
    future: asyncio.Future[object] = await producer.send_batch(batch, target.topic, partition=target.partition)
    return future


def _append(batch: BatchBuilder, record: Sendable) -> bool:
    return batch.append(timestamp=None, key=record.key, value=record.value, headers=record.headers) is not None
