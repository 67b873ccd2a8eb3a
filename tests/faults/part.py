"""One part of the chain as a process of the bench: the real part and its real command, with a device without a model.

What a test switches off or breaks in it, it says by variables that the product does not know.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

sys.path.insert(0, str(Path(__file__).parents[1]))

from fake_scorer import FakeScorer
from faults.switches import SWITCHED_OFF, Switch, switch_off
from faults.wall_clock import jump_on_signal

from emotionstream.cli.main import explain
from emotionstream.inference.scoring import Encoded, Score
from emotionstream.schemas.errors import DeviceError

DEVICE: Final = "FAULTS_DEVICE"
"""A file that says how the device is: empty or missing, ``fails``, ``hangs`` or ``memory``."""
JUMP_SECONDS: Final = "FAULTS_JUMP_SECONDS"
"""By how much the process's wall clock jumps when it gets SIGUSR1."""
BATCHES: Final = "FAULTS_RECORDER_BATCHES"
"""After so many batches, and before the commit of the last one, the recorder kills itself."""


class Apparatus(FakeScorer):
    """A fake device that behaves as a file says, read anew for each batch."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to close."""

    async def infer(self, batch: Sequence[Encoded]) -> list[Score]:
        """See ``FakeScorer``."""
        self.batches.clear()
        self.hangs = False
        said = self._path.read_text(encoding="ascii") if self._path.exists() else ""
        self.broken, self.memory = said == "fails", 40 if said == "memory" else None
        if said == "hangs":
            while self._path.read_text(encoding="ascii") == "hangs":  # noqa: ASYNC110 - a file has no event
                await asyncio.sleep(0.1)
            raise DeviceError("it hung, and came back")
        return await super().infer(batch)


def worker() -> None:
    """``emotionstream worker`` without a model."""
    from emotionstream.cli.commands import worker as command

    device = Apparatus(Path(os.environ.get(DEVICE, os.devnull)))
    asyncio.run(command.run(device, command.build(device)))  # type: ignore[arg-type]  # A scorer that opens and closes.


def state() -> None:
    """``emotionstream state`` with the tests' policy."""
    from state_streams import POLICY

    from emotionstream.cli.commands.state import end, run
    from emotionstream.cli.endpoints import kafka_settings
    from emotionstream.schemas.settings.state import StateSettings
    from emotionstream.schemas.settings.table import TableSettings
    from emotionstream.schemas.settings.topics import TopicSettings
    from emotionstream.state.stage import StateConfig, StateStage

    config = StateConfig(kafka_settings(), TopicSettings.load(), StateSettings.load(), TableSettings.load())
    asyncio.run(run(StateStage(config, POLICY, end)))


def recorder() -> None:
    """``emotionstream recorder``."""
    from emotionstream.cli.commands.recorder import build, run

    if BATCHES in os.environ:
        _die_before_commit(int(os.environ[BATCHES]))
    asyncio.run(run(build()))


def _die_before_commit(batches: int) -> None:
    """Kill this process when ``batches`` are in the database and the last of them is not committed in Kafka."""
    from emotionstream.consumers.recorder.source import Source, Taken
    from emotionstream.schemas.topics import Topic

    commit: Callable[[Source, Sequence[Taken]], Awaitable[None]] = Source.commit
    done = 0

    async def counted(self: Source, taken: Sequence[Taken]) -> None:
        nonlocal done
        # One without a result would leave nothing to double.
        done += any(item.topic is Topic.RESULTS for item in taken)
        if done == batches:
            os.kill(os.getpid(), signal.SIGKILL)
        await commit(self, taken)

    Source.commit = counted  # type: ignore[method-assign]  # The bench's own process, never the product's.


def main() -> None:
    """Run the part that the first argument names, and end as the command line would."""
    for name in filter(None, os.environ.get(SWITCHED_OFF, "").split(",")):
        switch_off(Switch(name))
    if JUMP_SECONDS in os.environ:
        jump_on_signal(signal.SIGUSR1, float(os.environ[JUMP_SECONDS]))
    try:
        {"worker": worker, "state": state, "recorder": recorder}[sys.argv[1]]()
    except Exception as error:
        known = explain(error, None)
        if known is None:
            raise
        sys.stderr.write(f"error: {known}\n")
        sys.exit(known.exit_code)


if __name__ == "__main__":
    time.tzset()
    main()
