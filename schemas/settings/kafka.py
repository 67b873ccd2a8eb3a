"""How every part reaches Kafka."""

import re
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from emotionstream.schemas.errors import SettingsError
from emotionstream.schemas.settings.base import Settings

if TYPE_CHECKING:
    import ssl


_ADDRESS: Final = re.compile(r"(?:\[[0-9A-Fa-f:.%]+\]|[^\s\[\]:/,@]+)(?::(?P<port>[0-9]{1,5}))?")
"""A host's name or address, one of IPv6 in brackets, and a port."""
_LAST_PORT: Final = 65_535


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
        default=None,
        description="PEM file of the authority that signed the broker's certificate; unset: the system's own",
    )
    ssl_certfile: str | None = Field(
        default=None, description="PEM file of this client's certificate, where the broker asks for one (mutual TLS)"
    )
    ssl_keyfile: str | None = Field(
        default=None, description="PEM file of that certificate's private key; unset: it stands in the same file"
    )
    ssl_key_password: SecretStr | None = Field(default=None, description="password of the private key, if it has one")
    request_timeout_ms: int = Field(
        default=40_000, ge=1_000, le=600_000, description="milliseconds; aiokafka's default"
    )
    metadata_max_age_ms: int = Field(
        default=30_000,
        ge=1_000,
        le=3_600_000,
        description="milliseconds after which a client asks again which topics and partitions there are; a topic that "
        "was deleted and made anew is read again that soon (aiokafka's default is 5 minutes)",
    )

    @field_validator("bootstrap_servers")
    @classmethod
    def _addresses(cls, value: str | None) -> str | None:
        for address in [] if value is None else value.split(","):
            found = _ADDRESS.fullmatch(address.strip())
            if found is None or not 0 < int(found["port"] or 1) <= _LAST_PORT:
                raise ValueError("write host:port, or host:port,host:port")
        return value

    @field_validator("security_protocol", mode="before")
    @classmethod
    def _never_in_clear(cls, value: object) -> object:
        if value == "SASL_PLAINTEXT":
            raise ValueError("SASL without TLS sends the password in clear: use SASL_SSL")
        return value

    @model_validator(mode="after")
    def _sasl_is_whole(self) -> Self:
        protocol = self.security_protocol
        if protocol is SecurityProtocol.SASL_SSL:
            if not (self.sasl_username and self.sasl_password):
                raise ValueError("SASL_SSL needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD")
        elif self.sasl_username or self.sasl_password:
            # Else a forgotten protocol would go unnoticed: everything in clear, and nobody asked who it is.
            raise ValueError(
                f"KAFKA_SASL_USERNAME or KAFKA_SASL_PASSWORD is set while KAFKA_SECURITY_PROTOCOL is {protocol}: "
                "set that to SASL_SSL (SASL without TLS is refused), or unset them"
            )
        return self

    @model_validator(mode="after")
    def _tls_is_whole(self) -> Self:
        key = self.ssl_keyfile or self.ssl_key_password
        if key and not self.ssl_certfile:
            raise ValueError("KAFKA_SSL_KEYFILE and KAFKA_SSL_KEY_PASSWORD go with KAFKA_SSL_CERTFILE")
        if self.security_protocol is SecurityProtocol.PLAINTEXT and (self.ssl_cafile or self.ssl_certfile):
            raise ValueError(
                "KAFKA_SSL_CAFILE or KAFKA_SSL_CERTFILE is set while KAFKA_SECURITY_PROTOCOL is PLAINTEXT: "
                "set that to SSL or SASL_SSL, or unset them"
            )
        return self

    def client_options(self) -> dict[str, Any]:
        """Keyword arguments that every aiokafka client takes.

        Raises:
            SettingsError: no broker is named, or a file with a certificate or key cannot be used.
        """
        if not self.bootstrap_servers:
            raise SettingsError(
                "KAFKA_BOOTSTRAP_SERVERS is not set. A program of your own needs it: copy the `export` line that "
                "`emotionstream up` printed. The commands of emotionstream find it by themselves in the folder where "
                "`up` runs"
            )
        options: dict[str, Any] = {
            "bootstrap_servers": self.bootstrap_servers,
            "request_timeout_ms": self.request_timeout_ms,
            "metadata_max_age_ms": self.metadata_max_age_ms,
            "security_protocol": self.security_protocol.value,
        }
        if self.security_protocol is not SecurityProtocol.PLAINTEXT:
            options["ssl_context"] = self._tls()
        if self.security_protocol is SecurityProtocol.SASL_SSL and self.sasl_password is not None:
            options |= {
                "sasl_mechanism": self.sasl_mechanism.value,
                "sasl_plain_username": self.sasl_username,
                "sasl_plain_password": self.sasl_password.get_secret_value(),
            }
        return options

    def _tls(self) -> "ssl.SSLContext":
        """TLS 1.2 or newer; the broker's certificate and its host name are always checked.

        Raises:
            SettingsError: a file cannot be used.
        """
        # Imported here: ssl is slow to import and not needed to print settings.
        import ssl  # noqa: PLC0415

        try:
            context = ssl.create_default_context(cafile=self.ssl_cafile)
        except OSError as error:
            raise _unusable("KAFKA_SSL_CAFILE", self.ssl_cafile, error) from error
        if self.ssl_certfile is None:
            return context
        # An empty password, not None: OpenSSL would ask for one on the terminal.
        password = self.ssl_key_password.get_secret_value() if self.ssl_key_password else ""
        try:
            context.load_cert_chain(self.ssl_certfile, self.ssl_keyfile, password)
        except OSError as error:
            # The error does not say which of the two files it is about.
            whole = self.ssl_keyfile is None or not Path(self.ssl_certfile).is_file()
            name, file = ("CERTFILE", self.ssl_certfile) if whole else ("KEYFILE", self.ssl_keyfile)
            raise _unusable(f"KAFKA_SSL_{name}", file, error) from error
        return context


def _unusable(variable: str, file: str | None, error: OSError) -> SettingsError:
    """Also what OpenSSL finds wrong with a certificate, a key or its password is an OSError."""
    told = (error.strerror or str(error)) if file is None or Path(file).is_file() else "there is no such file"
    return SettingsError(f"{variable}={file!r} cannot be used as PEM: {told}")
