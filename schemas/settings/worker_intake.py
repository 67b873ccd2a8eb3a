"""How the worker takes records: how it looks for them, and how many it holds at a time."""

from pydantic import BaseModel, ConfigDict, Field


class WorkerIntake(BaseModel):
    """The first of the worker's settings; no part by itself."""

    model_config = ConfigDict(frozen=True)

    poll_seconds: float = Field(
        default=0.2,
        gt=0.0,
        le=5.0,
        description="seconds that one look for new records lasts at most; bounds how late a stop is noticed",
    )
    fetch_wait_ms: int = Field(
        default=100,
        ge=1,
        le=5_000,
        description="milliseconds that the broker holds a fetch with nothing to give; it answers at once when a record "
        "comes, but a newly assigned or resumed partition waits for it",
    )
    look_seconds: float = Field(
        default=2.0,
        gt=0.0,
        le=60.0,
        description="seconds after which a look for records, or for how many wait, is broken off: the client waits for "
        "the end of a rebalance, which lasts as long as the broker is away; bounds how late a stop is noticed then",
    )
    partition_fetch_bytes: int = Field(
        default=262_144,
        ge=16_384,
        le=16_777_216,
        description="bytes fetched ahead per partition, compressed, some 500 messages; bounds the memory",
    )
    max_concurrent: int = Field(
        default=1_000,
        ge=1,
        le=100_000,
        description="messages taken and not yet delivered; bounds the memory",
    )
    max_concurrent_bytes: int = Field(
        default=67_108_864,
        ge=16_777_216,
        le=17_179_869_184,
        description="bytes of the messages taken and not yet delivered; bounds the memory if they are large. As many "
        "are taken at a time as fit even if each is as large as can be: 64 of 1 MB",
    )
    hold_seconds: float = Field(
        default=2.0,
        gt=0.0,
        le=60.0,
        description="seconds with max_concurrent in flight until partitions are paused; pausing throws away what has "
        "been fetched ahead, so it is for a stall, not for every full moment",
    )
