"""How recorded sessions are replayed."""

from enum import StrEnum
from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from emotionstream.schemas.settings.base import Settings


class ParquetCompression(StrEnum):
    """How the columns of a replay file are compressed."""

    ZSTD = "zstd"
    SNAPPY = "snappy"
    NONE = "none"


class ReplaySettings(Settings):
    """Scoring and writing of a replay."""

    model_config = SettingsConfigDict(env_prefix="EMOTIONSTREAM_REPLAY_")
    part: ClassVar[str] = "replay"

    chunk_messages: int = Field(
        default=256, ge=1, le=65_536, description="messages that are given to the engine at a time; four full batches"
    )
    row_group_rows: int = Field(
        default=10_000, ge=1, le=1_000_000, description="rows of one Parquet row group, some 10 MB; bounds the memory"
    )
    compression: ParquetCompression = Field(
        default=ParquetCompression.ZSTD, description="zstd, snappy or none; zstd is the smallest"
    )
