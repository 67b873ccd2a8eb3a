"""How the state stage reads results and keeps its table in Kafka."""

from typing import ClassVar, Final

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from emotionstream.schemas.settings.base import Settings

STALL_SHARE: Final = 0.5
"""Of the session timeout: a loop that stood still for longer must not go on. The other half is for what it sent."""
BEATS: Final = 10
"""Beats of a loop within the time that it may stand still."""


class TableSettings(Settings):
    """The Faust app of the state stage."""

    model_config = SettingsConfigDict(env_prefix="EMOTIONSTREAM_TABLE_")
    part: ClassVar[str] = "table"

    session_timeout_seconds: float = Field(
        default=10.0,
        ge=6.0,
        le=300.0,
        description="seconds until a killed instance's partitions are taken over; Kafka's brokers refuse less than 6",
    )
    heartbeat_seconds: float = Field(
        default=3.0, ge=0.1, le=100.0, description="seconds between signs of life; Kafka's default, a third of 10"
    )
    rebalance_timeout_seconds: float = Field(
        default=60.0, ge=6.0, le=3_600.0, description="seconds that every instance has to join; Faust's default"
    )
    commit_interval_seconds: float = Field(
        default=1.0,
        ge=0.01,
        le=60.0,
        description="seconds between commits of source offsets: what a crash makes the stage read again",
    )
    linger_seconds: float = Field(
        default=0.2,
        ge=0.0,
        le=1.0,
        description="seconds that a changelog record waits for others: one request for all of them; a fifth of the "
        "commit interval, which waits for it. Interventions never wait",
    )
    buffer_results: int = Field(
        default=4_096,
        ge=64,
        le=1_000_000,
        description="results read ahead, at most; Faust's default; a buffer of 1 cost 1.5 s of latency",
    )
    stuck_seconds: float = Field(
        default=60.0,
        ge=1.0,
        le=3_600.0,
        description="seconds with a result waiting, and none done meanwhile, after which `/live` says no",
    )
    lost_seconds: float = Field(
        default=10.0,
        ge=1.0,
        le=600.0,
        description="seconds with a result read but not handled, and nothing else done, after which the stage ends "
        "itself to read again; Faust can lose one when a rebalance meets traffic",
    )
    unanswered_seconds: float = Field(
        default=5.0,
        ge=0.1,
        le=600.0,
        description="seconds without an acknowledgement, records waiting, after which `/ready` says no; "
        "an embedded broker that was killed is back within them",
    )
    poll_seconds: float = Field(
        default=0.1, ge=0.01, le=10.0, description="seconds between looks at whether the app has crashed"
    )
    start_seconds: float = Field(
        default=300.0,
        ge=5.0,
        le=86_400.0,
        description="seconds without progress while connecting and rebuilding the table after which the process ends; "
        "a rebuild that goes on may take as long as it needs",
    )
    stop_seconds: float = Field(
        default=20.0,
        ge=1.0,
        le=300.0,
        description="seconds for a graceful stop; then the process ends, and the next does the rest again",
    )
    latency_buckets: tuple[float, ...] = Field(
        default=(0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.6, 1.2, 2.5, 5.0, 15.0, 60.0),
        min_length=1,
        description="seconds; bounds of the latency histogram, about doubling, with the 40, 80 and 150 ms aims in it",
    )

    @property
    def stall_seconds(self) -> float:
        """Seconds that the event loop may stand still; then another instance may soon have its partitions."""
        return self.session_timeout_seconds * STALL_SHARE

    @property
    def beat_seconds(self) -> float:
        """Seconds between beats of the event loop, by which a stall is seen."""
        return self.stall_seconds / BEATS
