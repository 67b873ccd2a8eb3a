"""The parts that ``up`` runs, each as a process of its own, told where everything is by its environment."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from emotionstream.cli.embedded.ports import LOCALHOST
from emotionstream.cli.embedded.process import Command

_PROGRAM: Final = "emotionstream.cli.main"


@dataclass(frozen=True, slots=True)
class PartSpec:
    """One part: its name, such as ``worker-2``, the command it is, and the port of its health server."""

    name: str
    command: str
    health_port: int


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where Kafka and PostgreSQL are."""

    bootstrap_servers: str
    database_url: str


def part_specs(workers: int, ports: list[int]) -> list[PartSpec]:
    """The parts, with one of ``ports`` each. The recorder and the state stage first: they wait for results."""
    commands = ["recorder", "state", *["worker"] * workers]
    names = ["recorder", "state", *(f"worker-{number}" for number in range(1, workers + 1))]
    if workers == 1:
        names[-1] = "worker"
    return [PartSpec(name, command, port) for name, command, port in zip(names, commands, ports, strict=True)]


def part_command(spec: PartSpec, addresses: Addresses, environ: Mapping[str, str], folder: Path) -> Command:
    """What runs ``spec``: the program that is running now, with its log in ``folder``."""
    told = {
        "KAFKA_BOOTSTRAP_SERVERS": addresses.bootstrap_servers,
        "DATABASE_URL": addresses.database_url,
        "EMOTIONSTREAM_HEALTH_HOST": LOCALHOST,
        "EMOTIONSTREAM_HEALTH_PORT": str(spec.health_port),
        "PYTHONUNBUFFERED": "1",
    }
    return Command(
        argv=[sys.executable, "-m", _PROGRAM, spec.command],
        environ={**environ, **told},
        log=folder / f"{spec.name}.log",
        folder=Path.cwd(),
    )
