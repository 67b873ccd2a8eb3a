"""Which jars make up Kafka: read from ``kafka.lock``."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

_KAFKA: Final = ("org.apache.kafka", "kafka_2.13")


@dataclass(frozen=True, slots=True)
class Jar:
    """One Maven artifact, with the SHA-256 (hex) and size (bytes) that its file must have."""

    group: str
    artifact: str
    version: str
    sha256: str
    size: int

    @property
    def filename(self) -> str:
        """The name of its file, as Maven gives it."""
        return f"{self.artifact}-{self.version}.jar"


@cache
def locked_jars() -> tuple[Jar, ...]:
    """Every jar that Kafka needs at run time."""
    return parse_lock((files("emotionstream.cli.embedded") / "kafka.lock").read_text(encoding="utf-8"))


def parse_lock(text: str) -> tuple[Jar, ...]:
    """Jars of a lock file: ``group:artifact:version sha256 bytes`` a line, ``#`` starts a comment."""
    return tuple(_jar(line) for line in text.splitlines() if line.strip() and not line.startswith("#"))


def kafka_version() -> str:
    """The version of Kafka that the lock file names."""
    return next(jar.version for jar in locked_jars() if (jar.group, jar.artifact) == _KAFKA)


def _jar(line: str) -> Jar:
    coordinates, sha256, size = line.split()
    group, artifact, version = coordinates.split(":")
    return Jar(group, artifact, version, sha256, int(size))
