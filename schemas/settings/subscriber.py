"""How interventions are read by those who act on them."""

from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from emotionstream.schemas.settings.base import Settings


class SubscriberSettings(Settings):
    """Reading, de-duplication and commits of a subscriber."""

    model_config = SettingsConfigDict(env_prefix="EMOTIONSTREAM_SUBSCRIBER_")
    part: ClassVar[str] = "subscriber"

    dedup_window: int = Field(
        default=10_000,
        ge=1,
        le=10_000_000,
        description="intervention ids that are remembered; repeats come within seconds of a crash of the state stage",
    )
    commit_interval_seconds: float = Field(
        default=1.0, gt=0.0, le=3_600.0, description="seconds between commits of a group: repeats after a crash"
    )
    poll_ms: int = Field(
        default=500,
        ge=1,
        le=60_000,
        description="milliseconds that one poll waits for records: how late a commit can be",
    )
    max_poll_records: int = Field(default=500, ge=1, le=100_000, description="records of one poll; Kafka's default")
    fetch_max_wait_ms: int = Field(
        default=500, ge=1, le=60_000, description="milliseconds that an idle broker holds a fetch; Kafka's default"
    )
    session_timeout_ms: int = Field(
        default=10_000,
        ge=1_000,
        le=3_600_000,
        description="milliseconds until the group takes a silent member's partitions away; aiokafka's default",
    )
    heartbeat_interval_ms: int = Field(
        default=3_000,
        ge=100,
        le=1_200_000,
        description="milliseconds between heartbeats, a third of session_timeout_ms; aiokafka's default",
    )
    max_poll_interval_ms: int = Field(
        default=300_000,
        ge=1_000,
        le=86_400_000,
        description="milliseconds that a group's member may take over what it was given; Kafka's default",
    )
    close_seconds: float = Field(
        default=5.0, gt=0.0, le=600.0, description="seconds that closing waits for the broker, as for a worker"
    )
