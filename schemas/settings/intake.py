"""What a chat record may look like."""

from datetime import UTC, datetime
from typing import ClassVar

from pydantic import AwareDatetime, Field
from pydantic_settings import SettingsConfigDict

from emotionstream.schemas.settings.base import Settings


class IntakeSettings(Settings):
    """Limits on incoming chat records, for the publisher and the worker alike."""

    model_config = SettingsConfigDict(env_prefix="EMOTIONSTREAM_INTAKE_")
    part: ClassVar[str] = "intake"

    max_value_bytes: int = Field(
        default=262_144,
        ge=1_024,
        le=16_777_216,
        description="bytes; largest JSON value: 20,000 characters escaped, with room",
    )
    max_future_seconds: float = Field(
        default=300.0,
        ge=0.0,
        le=86_400.0,
        description="seconds; how far sent_at may lie after the record's own time (clock drift)",
    )
    earliest: AwareDatetime = Field(
        default=datetime(2000, 1, 1, tzinfo=UTC),
        description="sent_at before this is a broken clock (epoch 0 and the like)",
    )
