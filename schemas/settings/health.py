"""Where a part answers ``/live``, ``/ready`` and ``/metrics``."""

from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from emotionstream.schemas.settings.base import Settings


class HealthSettings(Settings):
    """The health server of one part."""

    model_config = SettingsConfigDict(env_prefix="EMOTIONSTREAM_HEALTH_")
    part: ClassVar[str] = "health"

    host: str = Field(
        default="127.0.0.1",
        min_length=1,
        description="address to listen on; 0.0.0.0 in a container, so that the orchestrator can ask",
    )
    port: int | None = Field(
        default=None,
        ge=0,
        le=65_535,
        description="port; unset: no health server; 0: any free port (it is logged)",
    )
