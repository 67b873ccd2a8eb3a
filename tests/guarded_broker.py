"""The embedded Kafka with TLS, passwords, client certificates and an authoriser that refuses what is not allowed."""

import shutil
from pathlib import Path
from typing import Final

from certificates import Certificate, make_certificate

from emotionstream.cli.acl import Part
from emotionstream.cli.embedded import EmbeddedKafka
from emotionstream.cli.embedded.ports import LOCALHOST, free_ports
from emotionstream.schemas.settings.embedded import EmbeddedSettings
from emotionstream.schemas.settings.kafka import KafkaSettings, SaslMechanism, SecurityProtocol

ADMIN: Final = "admin"
USERS: Final = (ADMIN, "stranger", *(part.value for part in Part))
_SCRAM: Final = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
_PLAIN: Final = "org.apache.kafka.common.security.plain.PlainLoginModule required"


def password(user: str) -> str:
    """The user's password."""
    return f"{user}-secret"


class GuardedKafka(EmbeddedKafka):
    """Listeners of its own for SASL over TLS and for mutual TLS. The plain one is the broker's own way to itself.

    Users are ``USERS``; only ``admin`` may do everything, the others what they are given. A client certificate's common
    name is its user.
    """

    def __init__(self, settings: EmbeddedSettings) -> None:
        super().__init__(settings)
        self._sasl = self._mutual = 0
        self._pem = settings.folder / "certificates"
        self._pem.mkdir(parents=True)
        self.authority = make_certificate(self._pem, "authority")
        self._server = make_certificate(self._pem, "broker", self.authority)

    def certificate(self, user: str) -> Certificate:
        """A client certificate of ``user``, signed by the authority."""
        return make_certificate(self._pem, user, self.authority)

    def as_user(self, user: str, mechanism: SaslMechanism = SaslMechanism.SCRAM_SHA_512) -> KafkaSettings:
        """How ``user`` reaches the broker with a password."""
        return KafkaSettings(
            bootstrap_servers=f"{LOCALHOST}:{self._sasl}",
            security_protocol=SecurityProtocol.SASL_SSL,
            sasl_mechanism=mechanism,
            sasl_username=user,
            sasl_password=password(user),
            ssl_cafile=str(self.authority.cert),
        )

    def by_certificate(self, own: Certificate) -> KafkaSettings:
        """How the owner of a certificate reaches the broker."""
        return KafkaSettings(
            bootstrap_servers=f"{LOCALHOST}:{self._mutual}",
            security_protocol=SecurityProtocol.SSL,
            ssl_cafile=str(self.authority.cert),
            ssl_certfile=str(own.cert),
            ssl_keyfile=str(own.key),
        )

    def _choose_ports(self) -> None:
        super()._choose_ports()
        taken = (self._ports.clients, self._ports.controller)
        self._sasl, self._mutual = [port for port in free_ports(4) if port not in taken][:2]

    def _format_options(self) -> list[str]:
        return [
            word for user in USERS for word in ("--add-scram", f"SCRAM-SHA-512=[name={user},password={password(user)}]")
        ]

    def _write_files(self, data: Path) -> None:
        super()._write_files(data)
        keystore, truststore = self._pem / "keystore.pem", self._pem / "truststore.pem"
        keystore.write_text(self._server.both)
        shutil.copyfile(self.authority.cert, truststore)
        lines = dict(line.split("=", 1) for line in self._properties.read_text(encoding="utf-8").splitlines())
        guards = {"SASL": f"://{LOCALHOST}:{self._sasl}", "MUTUAL": f"://{LOCALHOST}:{self._mutual}"}
        for name in ("listeners", "advertised.listeners"):
            lines[name] += "".join(f",{guard}{address}" for guard, address in guards.items())
        lines["listener.security.protocol.map"] += ",SASL:SASL_SSL,MUTUAL:SSL"
        lines |= _guards(keystore, truststore)
        self._properties.write_text("".join(f"{key}={value}\n" for key, value in lines.items()), encoding="utf-8")


def _guards(keystore: Path, truststore: Path) -> dict[str, str]:
    users = " ".join(f'user_{user}="{password(user)}"' for user in USERS)
    return {
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": f"User:{ADMIN};User:ANONYMOUS",
        "allow.everyone.if.no.acl.found": "false",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(keystore),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(truststore),
        "sasl.enabled.mechanisms": "SCRAM-SHA-512,PLAIN",
        "listener.name.sasl.scram-sha-512.sasl.jaas.config": _SCRAM,
        "listener.name.sasl.plain.sasl.jaas.config": f"{_PLAIN} {users};",
        "listener.name.mutual.ssl.client.auth": "required",
        "listener.name.mutual.ssl.principal.mapping.rules": "RULE:^CN=(.*)$/$1/",
    }
