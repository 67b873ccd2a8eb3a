"""How messages and outcomes are published."""

from enum import StrEnum
from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from emotionstream.schemas.settings.base import Settings


class Compression(StrEnum):
    """How record batches are compressed."""

    NONE = "none"
    GZIP = "gzip"
    LZ4 = "lz4"
    SNAPPY = "snappy"
    ZSTD = "zstd"


class PublisherSettings(Settings):
    """Acknowledged by all in-sync replicas and idempotent always; the rest is set here."""

    model_config = SettingsConfigDict(env_prefix="EMOTIONSTREAM_PUBLISHER_")
    part: ClassVar[str] = "publisher"

    source: str = Field(
        default="/emotionstream/publisher",
        min_length=1,
        max_length=256,
        description="CloudEvents source, a URI reference: which system the messages come from",
    )
    compression: Compression = Field(
        default=Compression.ZSTD,
        description="none, gzip, lz4, snappy or zstd; zstd: about 50,000 records a second were measured with it",
    )
    linger_ms: int = Field(
        default=0,
        ge=0,
        le=10_000,
        description="milliseconds to wait for a fuller batch; 0: a batch fills while the one before is on its way",
    )
    batch_bytes: int = Field(
        default=65_536, ge=1_024, le=16_777_216, description="bytes; batch of one partition, before compression"
    )
    max_request_bytes: int = Field(
        default=1_048_576, ge=16_384, le=16_777_216, description="bytes; largest record, aiokafka's default"
    )
    max_in_flight: int = Field(
        default=2_000,
        ge=1,
        le=100_000,
        description="messages of publish_many that wait for an acknowledgement or to be taken; bounds the memory",
    )
    topic_wait_seconds: float = Field(
        default=5.0, gt=0.0, le=300.0, description="seconds until a topic that is not there counts as missing"
    )
    delivery_timeout_seconds: float = Field(
        default=120.0,
        gt=0.0,
        le=3_600.0,
        description="seconds until an unacknowledged record counts as failed; Kafka's delivery.timeout.ms",
    )
    close_timeout_seconds: float = Field(
        default=10.0, gt=0.0, le=600.0, description="seconds that closing waits for records on their way"
    )
    follow_window: int = Field(
        default=1_000,
        ge=1,
        le=100_000,
        description="messages of `publish --follow` whose result is awaited at a time; bounds the memory",
    )
    follow_timeout_seconds: float = Field(
        default=60.0, gt=0.0, le=86_400.0, description="seconds until `publish --follow` gives a result up"
    )
