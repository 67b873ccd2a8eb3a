"""What every embedded service has in common, with a small real process."""

import errno
import os
import sys
from pathlib import Path
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

    async def _prepare(self) -> None:
        """Nothing is needed."""

    def _command(self) -> Command:
        if self.full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        code = "import time; time.sleep(60)"
        return Command(argv=[sys.executable, "-c", code], environ=os.environ, log=self.log)

    async def _answers(self) -> bool:
        return self.alive


async def test_a_disk_that_fills_up_while_it_runs_is_told_at_the_restart(tmp_path: Path) -> None:
    """As at the first start: in words and with what to do, so that whoever keeps it running can try again."""
    async with Sleeper(EmbeddedSettings(folder=tmp_path, min_free_mb=0)) as service:
        service.full = True
        with pytest.raises(EmbeddedServiceError, match=r"the disk is full. Free some space"):
            await service.restart()
        service.full = False
        await service.restart()
        assert service.alive


async def test_a_folder_that_would_be_taken_for_two_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    """Kafka and PostgreSQL part lists of folders at commas: the message says so."""
    service = Sleeper(EmbeddedSettings(folder=tmp_path / "one, two", min_free_mb=0))
    with pytest.raises(EmbeddedServiceError, match="there is a comma in its name"):
        await service.__aenter__()
    assert not service.folder.exists()
