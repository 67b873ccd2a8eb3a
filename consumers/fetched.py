"""What a consumer has fetched, also where a header's name is not UTF-8.

Kafka takes such a record (clients in C send them), and aiokafka's parser raises on it, and on it again, for ever: its
partition would stand still. From the first such record on, a parser in Python reads them, with the name's odd bytes
replaced; it is slower, and the process uses it until it ends.
"""

from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.consumer import fetcher
from aiokafka.record.default_records import DefaultRecordBatch, _DefaultRecordBatchPy
from aiokafka.record.memory_records import _MemoryRecordsPy

from emotionstream.schemas.position import Record, SourcePosition

logger = structlog.get_logger()


async def fetched(
    consumer: AIOKafkaConsumer, *partitions: TopicPartition, max_records: int, timeout_ms: int = 0
) -> dict[TopicPartition, list[ConsumerRecord]]:
    """The consumer's ``getmany``; less than there is, once, where a record could not be read: it is fetched anew."""
    found: dict[TopicPartition, list[ConsumerRecord]] = {}
    left = max_records
    try:
        # One partition at a time: where the parser raises, what the client has taken of others would be lost.
        while left:
            first = await consumer.getmany(*partitions, timeout_ms=0 if found else timeout_ms, max_records=1)
            if not first:
                break
            ((partition, records),) = first.items()
            taken = found.setdefault(partition, [])
            taken += records
            left -= 1
            if left:
                rest = (await consumer.getmany(partition, max_records=left)).get(partition, [])
                taken += rest
                left -= len(rest)
    except UnicodeDecodeError:
        if fetcher.MemoryRecords is _LenientRecords:
            raise
        # Not chained or told: the error repeats the name.
        logger.warning("a record has a header whose name is not UTF-8: records are read by a slower parser from now on")
        fetcher.MemoryRecords = _LenientRecords
    return found


def as_record(record: ConsumerRecord) -> Record:
    """aiokafka's record as ours."""
    position = SourcePosition(
        topic=record.topic, partition=record.partition, offset=record.offset, timestamp_ms=max(record.timestamp, 0)
    )
    return Record(position, record.key, record.value, tuple(record.headers))


class _LenientBytes(bytearray):
    """Bytes whose slices become text whatever they hold."""

    def __getitem__(self, place: Any) -> Any:
        found = super().__getitem__(place)
        return _LenientBytes(found) if isinstance(place, slice) else found

    def decode(self, encoding: str = "utf-8", errors: str = "replace") -> str:
        """As text, each odd byte replaced."""
        return super().decode(encoding, errors)


class _LenientBatch(_DefaultRecordBatchPy):  # type: ignore[misc]  # final, and there is no other way in
    """A record batch whose headers may have any names."""

    _buffer: bytearray

    def _maybe_uncompress(self) -> None:
        super()._maybe_uncompress()
        self._buffer = _LenientBytes(self._buffer)


class _LenientRecords(_MemoryRecordsPy):  # type: ignore[misc]  # final, and there is no other way in
    """Record batches as they came from the broker."""

    def next_batch(self) -> Any:
        """The next batch, or None."""
        piece = self._next_slice
        batch = super().next_batch()
        return _LenientBatch(piece) if isinstance(batch, DefaultRecordBatch) else batch
