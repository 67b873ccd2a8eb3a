"""What every embedded service has in common, with a small real process."""

import errno
import os
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import pytest

from emotionstream.cli.embedded.process import Command
from emotionstream.cli.embedded.service import EmbeddedService
from emotionstream.schemas.errors import EmbeddedServiceError
from emotionstream.schemas.settings.embedded import EmbeddedSettings


class Sleeper(EmbeddedService):
    """Does nothing, well. Where the disk is ``full`` it cannot write what it needs for a start."""

    name: ClassVar[str] = "Sleeper"
    version = "1.0"
    full = False
    deaf = False

    async def _prepare(self) -> None:
        """Nothing is needed."""

    def _command(self) -> Command:
        if self.full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        code = "import time; time.sleep(60)"
        return Command(argv=[sys.executable, "-c", code], environ=os.environ, log=self.log)

    async def _answers(self) -> bool:
        return self.alive and not self.deaf


async def test_a_disk_that_fills_up_while_it_runs_is_told_at_the_restart(tmp_path: Path) -> None:
    """As at the first start: in words and with what to do, so that whoever keeps it running can try again."""
    async with Sleeper(EmbeddedSettings(folder=tmp_path, min_free_mb=0)) as service:
        service.full = True
        with pytest.raises(EmbeddedServiceError, match=r"the disk is full. Free some space"):
            await service.restart()
        service.full = False
        await service.restart()
        assert service.alive


@pytest.mark.parametrize(("name", "told"), [("one, two", "a comma"), ("one\ntwo", "a line break")])
async def test_a_folder_that_would_be_taken_for_two_is_refused_before_anything_is_written(
    tmp_path: Path, name: str, told: str
) -> None:
    """Kafka and PostgreSQL part lists of folders at commas, and Java its options at line ends: the message says so."""
    service = Sleeper(EmbeddedSettings(folder=tmp_path / name, min_free_mb=0))
    with pytest.raises(EmbeddedServiceError, match=f"there is {told} in its name"):
        await service.__aenter__()
    assert not service.folder.exists()


async def test_what_starts_and_does_not_answer_is_not_left_running(tmp_path: Path) -> None:
    """Else whoever keeps it running would wait for ever for its end."""
    async with Sleeper(EmbeddedSettings(folder=tmp_path, min_free_mb=0, start_seconds=1.0)) as service:
        service.deaf = True
        with pytest.raises(EmbeddedServiceError, match="did not answer within 1 s"):
            await service.restart()
        assert not service.alive
        assert service.pid is None
        service.deaf = False
        await service.restart()
        assert service.alive


async def test_nothing_is_started_again_on_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It could hang there. Once there is room it is started, also with less than a first start asks for."""
    free = [16]
    async with Sleeper(EmbeddedSettings(folder=tmp_path, min_free_mb=1)) as service:
        service._settings = EmbeddedSettings(folder=tmp_path, min_free_mb=512)
        monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free[0] * 1024 * 1024))
        free[0] = 15
        with pytest.raises(EmbeddedServiceError, match="almost full: 15 MiB free, 16 MiB needed"):
            await service.restart()
        assert not service.alive
        free[0] = 16
        await service.restart()
        assert service.alive
