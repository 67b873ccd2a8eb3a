"""How clients prove who they are, and how they know the broker."""

import ssl
import traceback
from pathlib import Path

import pytest
from certificates import make_certificate

from emotionstream.schemas.errors import SettingsError
from emotionstream.schemas.settings.kafka import KafkaSettings

SASL = {"KAFKA_SASL_USERNAME": "worker", "KAFKA_SASL_PASSWORD": "hunter2"}


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({**SASL, "KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT"}, "SASL without TLS.*use SASL_SSL"),
        (SASL, "KAFKA_SECURITY_PROTOCOL is PLAINTEXT: set that to SASL_SSL"),
        ({**SASL, "KAFKA_SECURITY_PROTOCOL": "SSL"}, "KAFKA_SECURITY_PROTOCOL is SSL: set that to SASL_SSL"),
        ({"KAFKA_SECURITY_PROTOCOL": "SASL_SSL"}, "needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD"),
        ({"KAFKA_SSL_CAFILE": "ca.pem"}, "KAFKA_SECURITY_PROTOCOL is PLAINTEXT: set that to SSL"),
        ({"KAFKA_SECURITY_PROTOCOL": "SSL", "KAFKA_SSL_KEYFILE": "w.key"}, "go with KAFKA_SSL_CERTFILE"),
        (
            {**SASL, "KAFKA_SECURITY_PROTOCOL": "SASL_SSL", "KAFKA_SASL_MECHANISM": "SCRAM-SHA-1"},
            "KAFKA_SASL_MECHANISM",
        ),
    ],
)
def test_half_a_guard_is_refused(environ: dict[str, str], told: str) -> None:
    """What would be sent in clear, or not be asked for, by mistake is an error; it says what to set."""
    with pytest.raises(SettingsError, match=told):
        KafkaSettings.load(environ)


def test_no_traceback_shows_a_password() -> None:
    """An error of settings is often printed whole, causes too."""
    with pytest.raises(SettingsError) as caught:
        KafkaSettings.load({**SASL, "KAFKA_REQUEST_TIMEOUT_MS": "soon", "KAFKA_SECURITY_PROTOCOL": "SSL"})
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))
    with pytest.raises(SettingsError) as caught:
        KafkaSettings.load({**SASL, "KAFKA_SECURITY_PROTOCOL": "SSL"})
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))


def test_a_client_certificate_is_shown_to_the_broker(tmp_path: Path) -> None:
    """Mutual TLS: the key may stand in a file of its own or beside the certificate."""
    authority = make_certificate(tmp_path, "authority")
    mine = make_certificate(tmp_path, "worker", authority)
    both = tmp_path / "both.pem"
    both.write_text(mine.both)
    for files in ({"ssl_certfile": str(mine.cert), "ssl_keyfile": str(mine.key)}, {"ssl_certfile": str(both)}):
        settings = KafkaSettings(
            bootstrap_servers="h:1", security_protocol="SSL", ssl_cafile=str(authority.cert), **files
        )
        context = settings.client_options()["ssl_context"]
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.check_hostname
        assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_a_certificate_that_cannot_be_used_names_its_variable(tmp_path: Path) -> None:
    """A missing file, one that is no PEM, and a key of another certificate."""
    authority = make_certificate(tmp_path, "authority")
    mine, other = (make_certificate(tmp_path, name, authority) for name in ("mine", "other"))
    missing, nonsense = tmp_path / "missing", tmp_path / "nonsense"
    nonsense.write_text("nonsense")
    for cert, key, told in (
        (missing, mine.key, "KAFKA_SSL_CERTFILE='.*missing'.*no such file"),
        (nonsense, None, "KAFKA_SSL_CERTFILE='.*nonsense' cannot be used"),
        (mine.cert, missing, "KAFKA_SSL_KEYFILE='.*missing'.*no such file"),
        (mine.cert, other.key, "KAFKA_SSL_KEYFILE='.*other.key' cannot be used.*"),
    ):
        files = {"ssl_certfile": str(cert)} | ({"ssl_keyfile": str(key)} if key else {})
        settings = KafkaSettings(bootstrap_servers="h:1", security_protocol="SSL", **files)
        with pytest.raises(SettingsError, match=told):
            settings.client_options()


def test_the_certificates_of_the_tests_are_strictly_valid(tmp_path: Path) -> None:
    """Newer Pythons check more (RFC 5280): a handshake under the strict rule, with both sides' certificates."""
    authority = make_certificate(tmp_path, "authority")
    server, client = (make_certificate(tmp_path, name, authority) for name in ("server", "client"))
    contexts = []
    for purpose, own in ((ssl.Purpose.CLIENT_AUTH, server), (ssl.Purpose.SERVER_AUTH, client)):
        context = ssl.create_default_context(purpose, cafile=str(authority.cert))
        context.verify_mode = ssl.CERT_REQUIRED
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        context.load_cert_chain(own.cert, own.key)
        contexts.append(context)
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        contexts[0].wrap_bio(to_server, to_client, server_side=True),
        contexts[1].wrap_bio(to_client, to_server, server_hostname="127.0.0.1"),
    ]
    for _ in range(4):
        for end in reversed(ends):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
    assert dict(item[0] for item in ends[0].getpeercert()["subject"]) == {"commonName": "client"}
    assert dict(item[0] for item in ends[1].getpeercert()["subject"]) == {"commonName": "server"}


@pytest.mark.parametrize(
    "servers", ["::::", "h:99999", "h:0", ",", "h:1,", "http://h:1", "user@h:1", "h 1", "[::1", "h:x"]
)
def test_an_address_that_is_none_is_told_before_anything_connects(servers: str) -> None:
    """The client would end in a traceback, or look for a host of that name."""
    with pytest.raises(SettingsError, match=r"KAFKA_BOOTSTRAP_SERVERS=.*write host:port"):
        KafkaSettings.load({"KAFKA_BOOTSTRAP_SERVERS": servers})


@pytest.mark.parametrize("servers", ["h", "h:1", "a.b-c:65535, d:1", "127.0.0.1:9092", "[::1]:9092", "kafka_1:9092"])
def test_addresses_are_taken_as_people_write_them(servers: str) -> None:
    """Names, addresses, several, with spaces."""
    assert KafkaSettings.load({"KAFKA_BOOTSTRAP_SERVERS": servers}).bootstrap_servers == servers
