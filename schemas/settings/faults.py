"""Faults that a part makes on itself, so that a test can see what becomes of its work. All off by default."""

from enum import StrEnum
from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from emotionstream.schemas.settings.base import Settings


class FaultPoint(StrEnum):
    """Where in the worker's delivery of a batch."""

    SENT = "sent"
    """The results are on their way, not all acknowledged."""
    GATHERED = "gathered"
    """Every result is acknowledged, the source offsets are not committed."""
    OFFSETS = "offsets"
    """Results and offsets are in the transaction, which is open."""
    ENDING = "ending"
    """The commit of the transaction has begun: after ``delay_ms`` its request was sent, or even answered."""


class FaultAction(StrEnum):
    """What happens there."""

    KILL = "kill"
    """The process is killed, as by kill -9."""
    STOP = "stop"
    """The process is suspended, as by SIGSTOP, until it gets a SIGCONT."""


class FaultSettings(Settings):
    """Faults on purpose, for tests and the fault bench. Never for production: the worker warns when one is set."""

    model_config = SettingsConfigDict(env_prefix="EMOTIONSTREAM_FAULT_")
    part: ClassVar[str] = "faults"

    point: FaultPoint | None = Field(
        default=None, description="sent, gathered, offsets or ending: where the worker fails on purpose; unset: nowhere"
    )
    action: FaultAction = Field(default=FaultAction.KILL, description="kill (as kill -9) or stop (as SIGSTOP)")
    passes: int = Field(
        default=0, ge=0, le=1_000_000, description="times that the point is passed unharmed before; none by default"
    )
    delay_ms: float = Field(
        default=0.0, ge=0.0, le=60_000.0, description="milliseconds between reaching the point and the fault"
    )
