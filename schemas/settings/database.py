"""How every part reaches PostgreSQL."""

from typing import ClassVar

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from emotionstream.schemas.settings.base import Settings


class DatabaseSettings(Settings):
    """Connection to PostgreSQL."""

    model_config = SettingsConfigDict(env_prefix="DATABASE_")
    part: ClassVar[str] = "database"

    url: SecretStr | None = Field(
        default=None,
        description="postgresql://user:password@host:port/name; unset: `up` and `demo` start an embedded PostgreSQL",
    )
