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
