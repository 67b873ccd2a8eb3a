"""How the demo plays its classroom."""

from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from emotionstream.schemas.settings.base import Settings


class DemoSettings(Settings):
    """The demo: its pace, how much of it is seen, and how long it waits for what does not come."""

    model_config = SettingsConfigDict(env_prefix="EMOTIONSTREAM_DEMO_")
    part: ClassVar[str] = "demo"

    rate: float = Field(
        default=10.0,
        gt=0.0,
        le=1_000.0,
        description="messages a second without --fast; 10 over 10 learners: each writes once a second",
    )
    learners_at_once: int = Field(
        default=10, ge=1, le=100, description="learners who chat at the same time; as many rows fit a small terminal"
    )
    interventions_shown: int = Field(default=6, ge=1, le=50, description="latest interventions on the screen")
    refreshes_per_second: float = Field(default=8.0, gt=0.0, le=60.0, description="redraws of the screen a second")
    progress_every: int = Field(
        default=100, ge=1, le=100_000, description="results between two lines of progress where there is no terminal"
    )
    poll_seconds: float = Field(
        default=0.2, gt=0.0, le=10.0, description="seconds between two looks at offsets and rows while it waits"
    )
    patience_seconds: float = Field(
        default=60.0,
        gt=0.0,
        le=3_600.0,
        description="seconds without any progress after which the demo ends and says what is missing",
    )
