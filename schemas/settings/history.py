"""How much history PostgreSQL keeps, and how it is reached."""

from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from emotionstream.schemas.settings.base import Settings


class HistorySettings(Settings):
    """Bounds of the history, and the pool of connections to it."""

    model_config = SettingsConfigDict(env_prefix="EMOTIONSTREAM_HISTORY_")
    part: ClassVar[str] = "history"

    db_schema: str = Field(
        default="emotionstream",
        max_length=63,
        pattern=r"^[a-z_][a-z0-9_]*$",
        description="PostgreSQL schema that holds the tables: several installations in one database",
    )
    limit: int = Field(
        default=1_000,
        ge=1,
        le=10_000_000,
        description="results kept per learner; older ones and their messages are dropped. "
        "The default holds some months of daily sessions",
    )
    text_retention_days: float = Field(
        default=365.0,
        gt=0.0,
        le=36_500.0,
        description="days; message text is dropped this long after it came in, a school year by default",
    )
    text_expiry_rows: int = Field(
        default=5_000, ge=1, le=1_000_000, description="rows; most texts dropped in one transaction, to keep it short"
    )
    migrate: bool = Field(
        default=True,
        description="whether a part that opens the history brings its tables up to date; "
        "false: `emotionstream db migrate` does it",
    )
    connections: int = Field(
        default=4, ge=1, le=1_000, description="most connections of one process; a recorder uses one at a time"
    )
    connect_timeout_seconds: float = Field(
        default=10.0, gt=0.0, le=600.0, description="seconds; to open one connection, a slow network's worth"
    )
    command_timeout_seconds: float = Field(
        default=60.0, gt=0.0, le=3_600.0, description="seconds; one statement; asyncpg itself would wait for ever"
    )
    close_timeout_seconds: float = Field(
        default=5.0, gt=0.0, le=600.0, description="seconds; to close connections politely before they are cut"
    )
