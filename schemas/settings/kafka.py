"""How every part reaches Kafka."""

from enum import StrEnum
from typing import Any, ClassVar, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from emotionstream.schemas.settings.base import Settings


class SecurityProtocol(StrEnum):
    """How a client talks to the broker."""

    PLAINTEXT = "PLAINTEXT"
    SSL = "SSL"
    SASL_SSL = "SASL_SSL"


class SaslMechanism(StrEnum):
    """How a client proves who it is."""

    PLAIN = "PLAIN"
    SCRAM_SHA_256 = "SCRAM-SHA-256"
    SCRAM_SHA_512 = "SCRAM-SHA-512"


class KafkaSettings(Settings):
    """Connection to Kafka. SASL without TLS is not offered: it would send passwords in clear."""

    model_config = SettingsConfigDict(env_prefix="KAFKA_")
    part: ClassVar[str] = "kafka"

    bootstrap_servers: str | None = Field(
        default=None, description="host:port,host:port; unset: `up` and `demo` start an embedded Kafka"
    )
    security_protocol: SecurityProtocol = Field(
        default=SecurityProtocol.PLAINTEXT, description="PLAINTEXT, SSL or SASL_SSL"
    )
    sasl_mechanism: SaslMechanism = Field(default=SaslMechanism.SCRAM_SHA_512, description="used with SASL_SSL")
    sasl_username: str | None = Field(default=None, description="used with SASL_SSL")
    sasl_password: SecretStr | None = Field(default=None, description="used with SASL_SSL")
    ssl_cafile: str | None = Field(
        default=None, description="PEM file of the authority that signed the broker's certificate"
    )
    request_timeout_ms: int = Field(
        default=40_000, ge=1_000, le=600_000, description="milliseconds; aiokafka's default"
    )

    @model_validator(mode="after")
    def _credentials_complete(self) -> Self:
        if self.security_protocol is SecurityProtocol.SASL_SSL and not (self.sasl_username and self.sasl_password):
            raise ValueError("SASL_SSL needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD")
        return self

    def client_options(self) -> dict[str, Any]:
        """Keyword arguments that every aiokafka client takes.

        Raises:
            SettingsError: no broker is named, or the authority's file cannot be read.
        """
        # Imported here: ssl is slow to import and not needed to print settings.
        import ssl  # noqa: PLC0415

        from emotionstream.schemas.errors import SettingsError  # noqa: PLC0415

        if not self.bootstrap_servers:
            raise SettingsError(
                "KAFKA_BOOTSTRAP_SERVERS is not set, and no `emotionstream up` runs in this folder: run this in "
                "the folder where `emotionstream up` runs, or export that variable. For a program of your own, `up` "
                "prints the line to copy"
            )
        options: dict[str, Any] = {
            "bootstrap_servers": self.bootstrap_servers,
            "request_timeout_ms": self.request_timeout_ms,
            "security_protocol": self.security_protocol.value,
        }
        if self.security_protocol is not SecurityProtocol.PLAINTEXT:
            try:
                options["ssl_context"] = ssl.create_default_context(cafile=self.ssl_cafile)
            except (OSError, ssl.SSLError) as error:
                raise SettingsError(f"KAFKA_SSL_CAFILE={self.ssl_cafile!r} cannot be read as PEM: {error}") from error
        if self.security_protocol is SecurityProtocol.SASL_SSL and self.sasl_password is not None:
            options |= {
                "sasl_mechanism": self.sasl_mechanism.value,
                "sasl_plain_username": self.sasl_username,
                "sasl_plain_password": self.sasl_password.get_secret_value(),
            }
        return options
