"""The Makefile, from a clone that has no environment yet."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NO_NETWORK = """#!/bin/sh
case "$*" in
*"-m venv"*) mkdir -p .venv/bin; ln -sf "$PWD/python" .venv/bin/python ;;
*"-m pip"*) exit 1 ;;
esac
"""
"""A Python that makes environments, and whose pip reaches nothing."""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What of a clone the Makefile looks at."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def make(clone: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """`make` in the clone; the `make test` that may run us hands nothing down to it."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "ARGS"))}
    return subprocess.run(["make", *args], cwd=clone, env=environ, capture_output=True, text=True, check=False)


def test_make_alone_lists_the_targets(clone: Path) -> None:
    """Each with what it does."""
    told = make(clone)
    assert told.returncode == 0
    for target in ("demo", "test", "unit", "setup", "up", "check", "clean"):
        assert f"\n  make {target} " in f"\n{told.stdout}", target


def test_a_demo_installs_what_it_needs_and_no_torch(clone: Path) -> None:
    """The extra `demo`, and none of those that bring torch."""
    told = make(clone, "-n", "demo", "ARGS=--fast")
    assert re.findall(r"-e '?([^'\s]+)'?", told.stdout) == [".[demo]", "."]
    assert told.stdout.splitlines()[-1] == ".venv/bin/emotionstream demo --fast"


def test_an_environment_that_was_not_finished_is_made_again(clone: Path) -> None:
    """Without a network the first try fails; the next one does not take the half-made environment for a whole one."""
    python = clone / "python"
    python.write_text(NO_NETWORK)
    python.chmod(0o755)
    for _ in range(2):
        told = make(clone, "demo", "PYTHON=./python")
        assert told.returncode == 2
        assert "./python -m venv .venv" in told.stdout
