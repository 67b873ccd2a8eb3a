"""How every part reaches PostgreSQL."""

from typing import ClassVar
from urllib.parse import parse_qsl, urlsplit

from pydantic import Field, SecretStr, field_validator
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

    @field_validator("url")
    @classmethod
    def _has_parts(cls, url: SecretStr | None) -> SecretStr | None:
        """Before the driver meets it, whose own words repeat a part of it."""
        if url is not None and not _readable(url.get_secret_value()):
            raise ValueError(
                "cannot be read as a URL: in user and password write %23 for #, %2F for /, %3F for ?, %40 for @"
            )
        return url


def _readable(url: str) -> bool:
    """Whether ``url`` has parts that the driver can read: hosts with ports, names and values."""
    try:
        parts = urlsplit(url)
        for host in parts.netloc.rpartition("@")[2].split(","):
            urlsplit(f"//{host}").port  # noqa: B018 - raises where it is no number
        named = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
        ports = [int(port) for port in named.get("port", "").split(",") if port]
    except ValueError:
        return False
    # Else the password has a / or ? in it, and what stands before that is no host.
    misplaced = bool(parts.netloc) and "@" not in parts.netloc and "@" in parts.path + parts.query
    return not parts.fragment and not misplaced and all(port > 0 for port in ports)
