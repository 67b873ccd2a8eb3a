"""The user that PostgreSQL runs as, where two programs make it at the same time."""

import os
import subprocess
from typing import Any

import pytest

from emotionstream.cli.embedded import system_user
from emotionstream.schemas.errors import EmbeddedServiceError


@pytest.fixture(autouse=True)
def root(monkeypatch: pytest.MonkeyPatch) -> None:
    """As root, on a machine whose list of users another program has locked."""

    def locked(*_: object, **__: object) -> Any:
        raise subprocess.CalledProcessError(1, "useradd")

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(subprocess, "run", locked)
    monkeypatch.setattr(system_user, "_PAUSE_SECONDS", 0.0)


def test_what_another_program_makes_just_then_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not there, cannot be made, and comes."""
    looks = iter([False, False, True])
    monkeypatch.setattr(system_user, "_exists", lambda: next(looks))
    assert system_user.service_user() == "pgserver"


def test_one_that_does_not_come_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what to do instead."""
    monkeypatch.setattr(system_user, "_exists", lambda: False)
    with pytest.raises(EmbeddedServiceError, match="DATABASE_URL"):
        system_user.service_user()
