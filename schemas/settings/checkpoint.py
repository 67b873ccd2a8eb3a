"""Which model checkpoint is used, and where checkpoints lie."""

from pathlib import Path
from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from emotionstream.schemas.settings.base import Settings


class CheckpointSettings(Settings):
    """The checkpoint, by name or path."""

    model_config = SettingsConfigDict(env_prefix="EMOTIONSTREAM_MODEL_")
    part: ClassVar[str] = "model"

    name: str = Field(default="compact", min_length=1, description="name of a checkpoint, or a path to its folder")
    folder: Path | None = Field(
        default=None,
        description="folder of checkpoints; unset: `models` here, then the one beside the source code",
    )
