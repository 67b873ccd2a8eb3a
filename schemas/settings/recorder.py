"""How the recorder reads, batches and waits."""

from typing import ClassVar, Final, Self

from pydantic import Field, model_validator
from pydantic_settings import SettingsConfigDict

from emotionstream.schemas.settings.base import Settings

WRITE_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0, 600.0)
"""Seconds: one batch, from taken to kept; the upper ones are a database that was away."""


class RecorderSettings(Settings):
    """The recorder. The order of fields is the order of the flow."""

    model_config = SettingsConfigDict(env_prefix="EMOTIONSTREAM_RECORDER_")
    part: ClassVar[str] = "recorder"

    poll_seconds: float = Field(
        default=0.2,
        gt=0.0,
        le=5.0,
        description="seconds that one look for new records lasts at most; bounds how late a stop is noticed",
    )
    batch_records: int = Field(
        default=500, ge=1, le=100_000, description="records of one transaction; Kafka's default for one poll"
    )
    partition_fetch_bytes: int = Field(
        default=262_144,
        ge=16_384,
        le=16_777_216,
        description="bytes fetched ahead per partition, a batch of results; bounds the memory",
    )
    fetch_bytes: int = Field(
        default=65_536,
        ge=1,
        le=16_777_216,
        description="bytes that the broker waits for before it answers a fetch, some 150 results: whole batches cost "
        "the broker, the recorder and the database far less than single records",
    )
    fetch_wait_ms: int = Field(
        default=250,
        ge=1,
        le=60_000,
        description="milliseconds that the broker waits for them at most: how much later the history may have a record",
    )
    patience_seconds: float = Field(
        default=2.0,
        gt=0.0,
        le=60.0,
        description="seconds that a batch may take before partitions are paused and /ready says no; "
        "a batch takes some 20 ms",
    )
    retry_first_seconds: float = Field(
        default=0.2, gt=0.0, le=60.0, description="seconds until the first new try when the database is away"
    )
    retry_longest_seconds: float = Field(
        default=5.0, gt=0.0, le=600.0, description="seconds between tries at most; bounds how late a return is noticed"
    )
    retry_jitter_seconds: float = Field(
        default=0.5,
        ge=0.0,
        le=60.0,
        description="seconds; random part of each wait, so that recorders do not return as one",
    )
    expiry_seconds: float = Field(
        default=3_600.0,
        gt=0.0,
        le=604_800.0,
        description="seconds between looks for texts past their retention, which is counted in days",
    )
    session_seconds: float = Field(
        default=10.0,
        ge=1.0,
        le=300.0,
        description="seconds without a sign of life until the group gives a recorder's partitions to others; "
        "aiokafka's default",
    )
    rebalance_seconds: float = Field(
        default=30.0, ge=1.0, le=3_600.0, description="seconds that the group waits for its members in a rebalance"
    )
    poll_limit_seconds: float = Field(
        default=300.0,
        ge=10.0,
        le=86_400.0,
        description="seconds without a look for new records until a recorder leaves its group; aiokafka's default",
    )
    commit_seconds: float = Field(
        default=5.0,
        gt=0.0,
        le=600.0,
        description="seconds that a commit of offsets may take; a later one covers it, and repeats are known",
    )
    stop_seconds: float = Field(
        default=10.0,
        gt=0.0,
        le=3_600.0,
        description="seconds that a stop waits for the batch in hand and for Kafka; under the 30 s of orchestrators",
    )
    stall_seconds: float = Field(
        default=120.0,
        gt=0.0,
        le=86_400.0,
        description="seconds without a turn of the loop until /live says no; twice a statement's time-out",
    )
    abandon_seconds: float = Field(
        default=240.0,
        gt=0.0,
        le=86_400.0,
        description="seconds without a turn of the loop until the recorder ends itself to be started anew; a database "
        "that is away does not count",
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.retry_longest_seconds < self.retry_first_seconds:
            raise ValueError("retry_longest_seconds must not be below retry_first_seconds")
        if self.abandon_seconds < self.stall_seconds:
            raise ValueError("abandon_seconds must not be below stall_seconds: /live must say no first")
        return self
