"""What a consumer has fetched, as records of our own."""

from aiokafka import ConsumerRecord

from emotionstream.schemas.position import Record, SourcePosition


def as_record(record: ConsumerRecord) -> Record:
    """aiokafka's record as ours."""
    position = SourcePosition(
        topic=record.topic, partition=record.partition, offset=record.offset, timestamp_ms=max(record.timestamp, 0)
    )
    return Record(position, record.key, record.value, tuple(record.headers))
