"""Keys and certificates for tests of TLS, made by Python alone: P-256 (FIPS 186-4) in the DER of X.509 (RFC 5280).

Not for production: the arithmetic takes no care of timing.
"""

import base64
import hashlib
import ipaddress
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_P: Final = 2**256 - 2**224 + 2**192 + 2**96 - 1
_N: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_G: Final = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
_ECDSA: Final = "1.2.840.10045.4.3.2"
_EC: Final = ("1.2.840.10045.2.1", "1.2.840.10045.3.1.7")
_VALID: Final = ("20200101000000Z", "20991231235959Z")
Point = tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Certificate:
    """A private key and its certificate, and the PEM files of both."""

    name: str
    secret: int
    cert: Path
    key: Path

    @property
    def both(self) -> str:
        """Key and certificate as one PEM text, as Kafka wants its keystore."""
        return self.key.read_text() + self.cert.read_text()


def make_certificate(folder: Path, name: str, issuer: Certificate | None = None) -> Certificate:
    """A new key and a certificate for CN=``name`` and 127.0.0.1; an authority's where there is no ``issuer``."""
    secret = secrets.randbelow(_N - 1) + 1
    signer = issuer.secret if issuer else secret
    algorithm = _sequence(_oid(_ECDSA))
    body = _sequence(
        _tlv(0xA0, _integer(2)),
        _integer(secrets.randbits(64)),
        algorithm,
        _name(issuer.name if issuer else name),
        _sequence(*(_tlv(0x18, moment.encode()) for moment in _VALID)),
        _name(name),
        _sequence(_sequence(*map(_oid, _EC)), _bits(_public(secret))),
        _tlv(0xA3, _sequence(*(_authority(secret) if issuer is None else _subject(secret, signer)))),
    )
    made = Certificate(name, secret, folder / f"{name}.pem", folder / f"{name}.key")
    made.cert.write_text(_pem("CERTIFICATE", _sequence(body, algorithm, _bits(_signature(body, signer)))))
    made.key.write_text(_pem("PRIVATE KEY", _private(secret)))
    return made


def _add(a: Point, b: Point) -> Point:
    if a is None or b is None:
        return a or b
    (x1, y1), (x2, y2) = a, b
    if x1 == x2 and (y1 + y2) % _P == 0:
        return None
    slope = (3 * x1 * x1 - 3) * pow(2 * y1, -1, _P) if a == b else (y2 - y1) * pow(x2 - x1, -1, _P)
    x = (slope * slope - x1 - x2) % _P
    return x, (slope * (x1 - x) - y1) % _P


def _times(number: int) -> tuple[int, int]:
    total: Point = None
    doubled: Point = _G
    while number:
        if number & 1:
            total = _add(total, doubled)
        doubled = _add(doubled, doubled)
        number >>= 1
    assert total is not None
    return total


def _signature(data: bytes, secret: int) -> bytes:
    once = secrets.randbelow(_N - 1) + 1
    r = _times(once)[0] % _N
    digest = int.from_bytes(hashlib.sha256(data).digest())
    return _sequence(_integer(r), _integer(pow(once, -1, _N) * (digest + r * secret) % _N))


def _public(secret: int) -> bytes:
    x, y = _times(secret)
    return b"\x04" + x.to_bytes(32) + y.to_bytes(32)


def _private(secret: int) -> bytes:
    """PKCS #8 (RFC 5958) around RFC 5915."""
    key = _sequence(_integer(1), _tlv(0x04, secret.to_bytes(32)), _tlv(0xA1, _bits(_public(secret))))
    return _sequence(_integer(0), _sequence(*map(_oid, _EC)), _tlv(0x04, key))


def _authority(secret: int) -> list[bytes]:
    """May sign certificates."""
    return [
        _extension("2.5.29.19", _sequence(_tlv(0x01, b"\xff")), critical=True),
        _extension("2.5.29.15", _tlv(0x03, b"\x01\x06"), critical=True),
        _extension("2.5.29.14", _tlv(0x04, _key_id(secret))),
    ]


def _subject(secret: int, issuer: int) -> list[bytes]:
    """At 127.0.0.1, as a server and as a client."""
    names = _sequence(_tlv(0x87, ipaddress.ip_address("127.0.0.1").packed), _tlv(0x82, b"localhost"))
    return [
        _extension("2.5.29.15", _tlv(0x03, b"\x07\x80"), critical=True),
        _extension("2.5.29.17", names),
        _extension("2.5.29.14", _tlv(0x04, _key_id(secret))),
        _extension("2.5.29.35", _sequence(_tlv(0x80, _key_id(issuer)))),
    ]


def _extension(oid: str, content: bytes, *, critical: bool = False) -> bytes:
    return _sequence(_oid(oid), *([_tlv(0x01, b"\xff")] if critical else []), _tlv(0x04, content))


def _key_id(secret: int) -> bytes:
    return hashlib.sha256(_public(secret)).digest()[:20]


def _name(common: str) -> bytes:
    return _sequence(_tlv(0x31, _sequence(_oid("2.5.4.3"), _tlv(0x0C, common.encode()))))


def _sequence(*items: bytes) -> bytes:
    return _tlv(0x30, b"".join(items))


def _bits(data: bytes) -> bytes:
    return _tlv(0x03, b"\x00" + data)


def _integer(number: int) -> bytes:
    return _tlv(0x02, number.to_bytes(number.bit_length() // 8 + 1))


def _oid(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    return _tlv(0x06, bytes([first * 40 + second]) + b"".join(map(_base128, rest)))


def _base128(number: int) -> bytes:
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(number & 0x7F | 0x80)
    return bytes(reversed(digits))


def _tlv(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    size = (length.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + length.to_bytes(size) + content


def _pem(label: str, der: bytes) -> str:
    lines = base64.encodebytes(der).decode()
    return f"-----BEGIN {label}-----\n{lines}-----END {label}-----\n"
