"""The parts that ``up`` runs, each as a process of its own, told where everything is by its environment."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from emotionstream.cli.embedded.ports import LOCALHOST
from emotionstream.cli.embedded.process import Command

_PROGRAM: Final = "emotionstream.cli.main"
ENGINE_THREADS: Final = "EMOTIONSTREAM_ENGINE_THREADS"
"""What the environment names is used as it is."""


@dataclass(frozen=True, slots=True)
class PartSpec:
    """One part: its name, such as ``worker-2``, its command, the port of its health server, its model's threads."""

    name: str
    command: str
    health_port: int
    engine_threads: int


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where Kafka and PostgreSQL are."""

    bootstrap_servers: str
    database_url: str


def part_specs(workers: int, ports: list[int], cores: int) -> list[PartSpec]:
    """The parts, with one of ``ports`` each. The recorder and the state stage first: they wait for results."""
    threads = engine_share(workers, cores)
    commands = ["recorder", "state", *["worker"] * workers]
    names = ["recorder", "state", *(f"worker-{number}" for number in range(1, workers + 1))]
    if workers == 1:
        names[-1] = "worker"
    places = zip(names, commands, ports, strict=True)
    return [PartSpec(name, command, port, threads) for name, command, port in places]


def engine_share(workers: int, cores: int) -> int:
    """CPU threads of each worker's model: the workers share the cores."""
    return max(1, cores // workers)


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
        environ={ENGINE_THREADS: str(spec.engine_threads), **environ, **told},
        log=folder / f"{spec.name}.log",
        folder=Path.cwd(),
    )
