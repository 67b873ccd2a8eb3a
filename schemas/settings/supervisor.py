"""How `emotionstream up` keeps the parts running on one machine."""

from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from emotionstream.schemas.settings.base import Settings


class SupervisorSettings(Settings):
    """The supervisor of `up` and `demo`."""

    model_config = SettingsConfigDict(env_prefix="EMOTIONSTREAM_SUPERVISOR_")
    part: ClassVar[str] = "supervisor"

    workers: int = Field(
        default=1, ge=1, le=64, description="worker processes; more than EMOTIONSTREAM_TOPICS_PARTITIONS stand idle"
    )
    first_delay_seconds: float = Field(
        default=0.5, ge=0.0, le=60.0, description="seconds before a part that ended by itself is started again"
    )
    delay_growth: float = Field(
        default=2.0, ge=1.0, le=10.0, description="factor; each end soon after a start makes the next delay longer"
    )
    most_delay_seconds: float = Field(
        default=30.0, ge=0.1, le=3_600.0, description="seconds; longest delay before a start"
    )
    steady_seconds: float = Field(
        default=60.0,
        ge=1.0,
        le=86_400.0,
        description="seconds; a part that ran this long starts with the first delay again",
    )
    complain_after: int = Field(
        default=3, ge=1, le=100, description="ends in a row after which the person is told what the part said last"
    )
    ready_seconds: float = Field(
        default=120.0, ge=1.0, le=3_600.0, description="seconds for all parts to be ready; loading a model takes some"
    )
    stop_seconds: float = Field(
        default=30.0, ge=0.1, le=600.0, description="seconds for a part to drain and end before it is killed"
    )
    log_bytes: int = Field(
        default=16_777_216,
        ge=65_536,
        le=1_099_511_627_776,
        description="bytes of one log file of a part or service, about 80,000 lines, until it is begun anew; the one "
        "before is kept beside it",
    )
    watch_seconds: float = Field(
        default=0.1, ge=0.01, le=10.0, description="seconds between two looks at whether parts and services run"
    )
