"""What Kafka is told: its server.properties and its command line. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from emotionstream.cli.embedded.ports import LOCALHOST
from emotionstream.schemas.settings.embedded import EmbeddedSettings


@dataclass(frozen=True, slots=True)
class KafkaPorts:
    """Where clients connect, and where the broker finds its own controller."""

    clients: int
    controller: int


def server_properties(data: Path, ports: KafkaPorts, settings: EmbeddedSettings) -> str:
    """The properties file of a single node that is broker and controller (KRaft)."""
    internal = settings.kafka_internal_partitions
    lines = {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": f"1@{LOCALHOST}:{ports.controller}",
        "listeners": f"PLAINTEXT://{LOCALHOST}:{ports.clients},CONTROLLER://{LOCALHOST}:{ports.controller}",
        "advertised.listeners": f"PLAINTEXT://{LOCALHOST}:{ports.clients}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
        "log.dirs": data,
        "auto.create.topics.enable": "false",
        "offsets.topic.replication.factor": 1,
        "offsets.topic.num.partitions": internal,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "transaction.state.log.num.partitions": internal,
        "share.coordinator.state.topic.replication.factor": 1,
        "share.coordinator.state.topic.min.isr": 1,
        "share.coordinator.state.topic.num.partitions": 1,
        # A single group member need not wait for others.
        "group.initial.rebalance.delay.ms": 0,
        # After a kill the controller must miss the old broker before the new one is let in: 5.4 s instead of 12.7 s.
        "broker.session.timeout.ms": 3000,
        "broker.heartbeat.interval.ms": 500,
    }
    return "".join(f"{key}={_ascii(_escaped(str(value)))}\n" for key, value in lines.items())


def java_arguments(jars: Sequence[Path], settings: EmbeddedSettings, log_config: Path, scratch: Path) -> str:
    """The file of Java's options (``java @FILE``): 46 jars would make a command line that nobody can read."""
    options = [
        "-Xms64m",
        f"-Xmx{settings.kafka_heap_mb}m",
        "-XX:+UseSerialGC",
        # Without the second compiler the start takes 4.5 instead of 7 s on a busy machine, and 40,000 records a
        # second with acks=all are as fast.
        "-XX:TieredStopAtLevel=1",
        f"-Djava.io.tmpdir={scratch}",
        f"-Dlog4j2.configurationFile={log_config}",
        "-cp",
        ":".join(str(jar) for jar in jars),
    ]
    return "".join(f'"{_escaped(option)}"\n' for option in options)


def _escaped(value: str) -> str:
    """Both kinds of file take a backslash for an escape."""
    return value.replace("\\", "\\\\")


def _ascii(value: str) -> str:
    """A properties file is read as ISO 8859-1 (java.util.Properties): anything else stands as its UTF-16 units."""
    units = value.encode("utf-16-be", "surrogatepass")
    numbers = [int.from_bytes(units[at : at + 2]) for at in range(0, len(units), 2)]
    return "".join(chr(number) if number < 0x80 else f"\\u{number:04x}" for number in numbers)
