"""How the worker takes, batches, scores and delivers."""

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar, Final, Self

from pydantic import Field, model_validator
from pydantic_settings import SettingsConfigDict

from emotionstream.schemas.settings.base import Settings
from emotionstream.schemas.settings.worker_intake import WorkerIntake

STAGE_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds: one stage of one batch."""

END_TO_END_BUCKETS: Final = (0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.6, 1.2, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0)
"""Seconds from ``sent_at`` to the acknowledged result; the bounds at 0.04, 0.08 and 0.15 are the targets."""

TOKEN_BUCKETS: Final = (16, 64, 256, 1_024, 4_096, 16_384, 65_536)
"""Tokens of one device batch."""

FILL_BUCKETS: Final = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
"""Share of a device batch that is not padding."""


class ResultCompression(StrEnum):
    """How record batches are compressed."""

    LZ4 = "lz4"
    ZSTD = "zstd"


class Delivery(StrEnum):
    """What a crash may do to the results."""

    AT_LEAST_ONCE = "at_least_once"
    """Publish some twice, under the same ids."""
    EXACTLY_ONCE = "exactly_once"
    """Nothing: results and source offsets are one transaction."""


class WorkerSettings(Settings, WorkerIntake):
    """The emotion worker. The order of fields is the order of the flow; ``WorkerIntake``'s come first."""

    model_config = SettingsConfigDict(env_prefix="EMOTIONSTREAM_WORKER_")
    part: ClassVar[str] = "worker"
    plain: ClassVar[Mapping[str, str]] = {"delivery": "DELIVERY"}

    turn_messages: int = Field(
        default=320,
        ge=1,
        le=100_000,
        description="messages that the device stage takes at most in one turn; a third of max_concurrent keeps all "
        "three stages busy",
    )
    turn_tokens: int = Field(
        default=16_384,
        ge=128,
        le=4_194_304,
        description="tokens that the device stage takes at most in one turn (a message has 128 at most)",
    )
    batch_tokens: int = Field(
        default=4_096,
        ge=128,
        le=1_048_576,
        description="tokens of one device batch, padding included; the engine's own: 80 ms on two cores",
    )
    batch_messages: int = Field(
        default=256,
        ge=1,
        le=8_192,
        description="messages of one device batch; the engine cuts it into calls of prepared shapes",
    )
    recent_ids: int = Field(
        default=10_000,
        ge=0,
        le=1_000_000,
        description="message ids remembered per partition to find duplicates, about 2 MB each 10,000; 0: none",
    )
    device_seconds: float = Field(
        default=30.0,
        gt=0.0,
        le=3_600.0,
        description="seconds after which a device batch counts as failed; one takes well under a second",
    )
    breaker_failures: int = Field(
        default=3, ge=1, le=100, description="device failures in a row that open the circuit breaker"
    )
    breaker_open_seconds: float = Field(
        default=30.0, gt=0.0, le=3_600.0, description="seconds until an open circuit breaker lets probes through"
    )
    breaker_probes: int = Field(
        default=5, ge=1, le=100, description="probes in a row that must succeed before the circuit breaker closes"
    )
    probe_text: str = Field(
        default="Thank you, I understand it now.",
        min_length=1,
        max_length=1_000,
        description="what a probe scores: tells a failing device from a message that cannot be scored",
    )
    split_parts: int = Field(
        default=2,
        ge=2,
        le=16,
        description="parts that a failing device batch is split into; 2 finds one bad message in the fewest tries",
    )
    unscorable_attempts: int = Field(
        default=2,
        ge=1,
        le=10,
        description="times that a message must fail alone, while the probe succeeds, to be rejected as unscorable",
    )
    memory_pause_seconds: float = Field(
        default=1.0,
        gt=0.0,
        le=60.0,
        description="seconds until a message that did not fit the device's memory by itself is tried again",
    )
    memory_seconds: float = Field(
        default=30.0,
        ge=0.0,
        le=3_600.0,
        description="seconds of such pauses in one turn, until a message that still does not fit is judged like any "
        "that fails alone: another process that takes the memory for a moment costs no message. Below abandon_seconds",
    )
    compression: ResultCompression = Field(
        default=ResultCompression.LZ4, description="lz4 or zstd; lz4 costs the least processor time"
    )
    delivery_batch_bytes: int = Field(
        default=262_144,
        ge=16_384,
        le=16_777_216,
        description="bytes of one partition's record batch before compression; about 150 results",
    )
    delivery: Delivery = Field(
        default=Delivery.AT_LEAST_ONCE,
        description="at_least_once, or exactly_once by Kafka transactions; also read from DELIVERY",
    )
    delivery_seconds: float = Field(
        default=60.0,
        gt=0.0,
        le=3_600.0,
        description="seconds until results that Kafka does not acknowledge end the worker; a broker that is killed and "
        "started again is back in about 5 s",
    )
    transaction_seconds: float = Field(
        default=5.0,
        gt=0.0,
        le=250.0,
        description="seconds after which a transaction, or the start of a partition's producer, is given up, here and "
        "by the broker; one takes 5 to 40 ms. Below session_seconds",
    )
    settle_seconds: float = Field(
        default=0.05,
        gt=0.0,
        le=5.0,
        description="seconds between two reads of a committed offset, which must agree before it is believed; a read "
        "right after a commit was stale for up to 28 ms",
    )
    reopen_seconds: float = Field(
        default=2.0,
        ge=0.0,
        le=300.0,
        description="seconds until a partition whose transaction failed is tried again; twice heartbeat_seconds, so "
        "that a worker that lost its partition learns of it first",
    )
    close_seconds: float = Field(
        default=5.0, gt=0.0, le=600.0, description="seconds that closing a connection to Kafka waits for the broker"
    )
    session_seconds: float = Field(
        default=10.0,
        ge=1.0,
        le=300.0,
        description="seconds without a sign of life until the group gives a worker's partitions to others; "
        "aiokafka's default",
    )
    heartbeat_seconds: float = Field(
        default=1.0,
        gt=0.0,
        le=100.0,
        description="seconds between signs of life; a worker learns of a rebalance by the next one. At most a third of "
        "session_seconds, as Kafka advises",
    )
    rebalance_seconds: float = Field(
        default=30.0, ge=1.0, le=3_600.0, description="seconds that the group waits for its members in a rebalance"
    )
    poll_limit_seconds: float = Field(
        default=300.0,
        ge=10.0,
        le=86_400.0,
        description="seconds without a look for new records until a worker leaves its group; aiokafka's default",
    )
    revoke_seconds: float = Field(
        default=5.0,
        ge=0.0,
        le=3_600.0,
        description="seconds that a rebalance waits for messages in flight before they are dropped for the next owner",
    )
    drain_seconds: float = Field(
        default=20.0,
        ge=0.0,
        le=3_600.0,
        description="seconds that a stop waits for messages in flight; under the 30 s that orchestrators give",
    )
    stall_seconds: float = Field(
        default=120.0,
        gt=0.0,
        le=86_400.0,
        description="seconds with work waiting and no progress until /live says no; over three device time-outs",
    )
    abandon_seconds: float = Field(
        default=240.0,
        gt=0.0,
        le=86_400.0,
        description="seconds with work waiting and no progress until the worker ends itself to be started anew",
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.revoke_seconds >= self.rebalance_seconds:
            raise ValueError("revoke_seconds must be below rebalance_seconds, or the group goes on without this worker")
        if self.heartbeat_seconds >= self.session_seconds:
            raise ValueError("heartbeat_seconds must be below session_seconds, or every worker is taken for dead")
        if self.transaction_seconds >= self.session_seconds:
            raise ValueError(
                "transaction_seconds must be below session_seconds, or a partition's next owner waits for what the "
                "last one left open"
            )
        if self.abandon_seconds < self.stall_seconds:
            raise ValueError("abandon_seconds must not be below stall_seconds: /live must say no first")
        if self.memory_seconds >= self.abandon_seconds:
            raise ValueError("memory_seconds must be below abandon_seconds, or a worker that waits is taken for stuck")
        return self
