"""How the program logs."""

from enum import StrEnum
from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from emotionstream.schemas.settings.base import Settings


class LogLevel(StrEnum):
    """How much is logged, most first. Kafka's client never logs below INFO: at DEBUG it prints keys and values."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    """How a log line looks. ``auto``: ``console`` on a terminal, ``json`` elsewhere."""

    AUTO = "auto"
    CONSOLE = "console"
    JSON = "json"


class LoggingSettings(Settings):
    """Logs go to standard error; standard output belongs to a command's own output."""

    model_config = SettingsConfigDict(env_prefix="EMOTIONSTREAM_LOG_")
    part: ClassVar[str] = "log"

    level: LogLevel = Field(default=LogLevel.INFO, description="debug, info, warning or error")
    format: LogFormat = Field(default=LogFormat.AUTO, description="auto, console or json")
    client_level: LogLevel = Field(
        default=LogLevel.WARNING,
        description="info, warning or error: least severe line of other libraries; their debug lines would print text",
    )
    client_quiet_seconds: float = Field(
        default=60.0,
        ge=0.0,
        le=86_400.0,
        description="seconds in which a line that Kafka's client repeats is told once; it tries again many times a "
        "second, and a minute shows that it goes on. 0: every time",
    )
