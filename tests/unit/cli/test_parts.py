"""The parts of one machine share its cores."""

from pathlib import Path

import pytest

from emotionstream.cli.parts import ENGINE_THREADS, Addresses, engine_share, part_command, part_specs

HERE = Addresses("127.0.0.1:9092", "postgresql://here")


@pytest.mark.parametrize(
    ("workers", "cores", "threads"), [(1, 1, 1), (1, 2, 2), (1, 8, 8), (2, 8, 4), (3, 8, 2), (16, 8, 1)]
)
def test_the_workers_share_the_cores(workers: int, cores: int, threads: int) -> None:
    """Each model has a thread at least."""
    assert engine_share(workers, cores) == threads


def test_a_worker_is_told_its_share(tmp_path: Path) -> None:
    """The share reaches the worker by its environment, unless whoever started `up` named another."""
    worker = part_specs(1, [1, 2, 3], cores=4)[-1]
    assert part_command(worker, HERE, {}, tmp_path).environ[ENGINE_THREADS] == "4"
    assert part_command(worker, HERE, {ENGINE_THREADS: "0"}, tmp_path).environ[ENGINE_THREADS] == "0"
