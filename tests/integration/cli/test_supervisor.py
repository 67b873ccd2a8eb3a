"""The supervisor, with small real processes."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest
from waiting import until

from emotionstream.cli.embedded.process import Command, write_record
from emotionstream.cli.pids import ProcessId
from emotionstream.cli.supervisor import Supervisor, end_orphans
from emotionstream.schemas.errors import CheckpointError
from emotionstream.schemas.settings.supervisor import SupervisorSettings

SETTINGS = SupervisorSettings(first_delay_seconds=0.05, stop_seconds=5, watch_seconds=0.02, complain_after=2)
FOREVER = "import time\nwhile True: time.sleep(60)"


def python(folder: Path, name: str, code: str) -> Command:
    """A process that runs ``code``."""
    return Command(argv=[sys.executable, "-c", code], environ=os.environ, log=folder / f"{name}.log")


def said(log: Path) -> str:
    """What a process has printed until now."""
    return log.read_text() if log.exists() else ""


async def test_a_killed_process_is_started_again(tmp_path: Path) -> None:
    """After kill -9 there is a new process under the same name, and the person was told."""
    told: list[str] = []
    async with Supervisor({"part": python(tmp_path, "part", FOREVER)}, SETTINGS, told.append) as supervisor:
        await until(lambda: supervisor.states[0].pid is not None)
        first = supervisor.states[0].pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await until(lambda: supervisor.states[0].pid not in (first, None))
        assert supervisor.states[0].restarts == 1
    assert any("killed by SIGKILL" in line for line in told)


async def test_leaving_ends_every_process(tmp_path: Path) -> None:
    """No process is left, not even one that ignores the request to end."""
    stubborn = f"import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('up', flush=True)\n{FOREVER}"
    commands = {"mild": python(tmp_path, "mild", FOREVER), "stubborn": python(tmp_path, "stubborn", stubborn)}
    brisk = SETTINGS.model_copy(update={"stop_seconds": 0.3})
    async with Supervisor(commands, brisk, print) as supervisor:
        await until(lambda: said(tmp_path / "stubborn.log") == "up\n")
        ids = [ProcessId.of(state.pid) for state in supervisor.states if state.pid is not None]
    assert len(ids) == 2
    assert not any(found.lives() for found in ids if found is not None)


async def test_a_stop_that_is_interrupted_still_ends_every_process(tmp_path: Path) -> None:
    """Ctrl-C while the program stops already: what takes its time is waited for, killed at last, and forgotten."""
    answer = "lambda *_: print('asked', flush=True)"
    slow = f"import signal\nsignal.signal(signal.SIGTERM, {answer})\nprint('up', flush=True)"
    log, leave = tmp_path / "slow.log", asyncio.Event()
    brisk = SETTINGS.model_copy(update={"stop_seconds": 3.0})
    found: list[ProcessId | None] = []

    async def work() -> None:
        async with Supervisor({"slow": python(tmp_path, "slow", f"{slow}\n{FOREVER}")}, brisk, print) as supervisor:
            await until(lambda: said(log) == "up\n")
            found.extend(ProcessId.of(state.pid) for state in supervisor.states if state.pid is not None)
            await leave.wait()

    working = asyncio.create_task(work())
    await until(lambda: bool(found))
    leave.set()
    await until(lambda: said(log) == "up\nasked\n")
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert found[0] is not None
    assert not found[0].lives()
    assert not (tmp_path / "slow.json").exists()


async def test_a_process_that_keeps_ending_is_told_with_its_last_words(tmp_path: Path) -> None:
    """After some ends in a row the person hears what the part said last."""
    told: list[str] = []
    code = "import sys; print('error: the moon is full', file=sys.stderr); sys.exit(1)"
    async with Supervisor({"part": python(tmp_path, "part", code)}, SETTINGS, told.append):
        await until(lambda: any("keeps ending" in line for line in told))
    assert any("the moon is full" in line for line in told)
    assert "in a row" not in told[0]


async def test_what_only_a_person_can_cure_is_raised(tmp_path: Path) -> None:
    """Exit code 6 is a checkpoint error: it is raised as one, with what the part said."""
    code = "import sys; print('error: no checkpoint here', file=sys.stderr); sys.exit(6)"
    async with Supervisor({"part": python(tmp_path, "part", code)}, SETTINGS, print) as supervisor:
        with pytest.raises(CheckpointError, match="part cannot run: no checkpoint here"):
            await supervisor.failure()


async def test_the_orphan_of_a_killed_supervisor_is_ended(tmp_path: Path) -> None:
    """What an earlier supervisor left running is ended before the part starts; the two never run side by side."""
    code = (
        "import asyncio, os, sys; from pathlib import Path\n"
        "from emotionstream.cli.embedded.process import Command\n"
        "from emotionstream.cli.supervisor import Supervisor\n"
        "from emotionstream.schemas.settings.supervisor import SupervisorSettings\n"
        f"command = Command(argv=[sys.executable, '-c', {FOREVER!r}], environ=os.environ, log=Path(sys.argv[1]))\n"
        "async def main():\n"
        "    async with Supervisor({'part': command}, SupervisorSettings(), print) as supervisor:\n"
        "        while supervisor.states[0].pid is None: await asyncio.sleep(0.02)\n"
        "        print(supervisor.states[0].pid, flush=True)\n"
        "        await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    log = tmp_path / "part.log"
    first = await asyncio.create_subprocess_exec(sys.executable, "-c", code, str(log), stdout=asyncio.subprocess.PIPE)
    assert first.stdout is not None
    orphan = ProcessId.of(int(await first.stdout.readline()))
    assert orphan is not None
    first.kill()
    await first.wait()
    assert orphan.lives()
    told: list[str] = []
    async with Supervisor({"part": python(tmp_path, "part", FOREVER)}, SETTINGS, told.append):
        assert not orphan.lives()
    assert "ended the part that an earlier run left behind" in told


async def test_orphans_are_ended_whatever_their_names(tmp_path: Path) -> None:
    """An earlier run may have had more workers; a record of a process that has ended, or of none, is no matter."""
    left = [await asyncio.create_subprocess_exec(sys.executable, "-c", FOREVER) for _ in range(2)]
    for number, process in enumerate(left, start=1):
        known = ProcessId.of(process.pid)
        assert known is not None
        write_record(tmp_path / f"worker-{number}.json", known)
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "folder.json").mkdir()
    write_record(tmp_path / "gone.json", ProcessId(os.getpid(), 1.0))
    told: list[str] = []
    await end_orphans(tmp_path, 5, told.append)
    # 255: the process was our child, and whoever ended it has asked first how it ended.
    assert {await process.wait() for process in left} <= {-signal.SIGTERM, 255}
    assert told == [f"ended the worker-{number} that an earlier run left behind" for number in (1, 2)]
    assert not any((tmp_path / f"{name}.json").exists() for name in ("worker-1", "worker-2", "broken", "gone"))


async def test_the_log_of_a_process_that_talks_much_is_bounded(tmp_path: Path) -> None:
    """It is begun anew while the process goes on."""
    chatty = "import time\nwhile True:\n print('x' * 10_000, flush=True)\n time.sleep(0.001)"
    small = SETTINGS.model_copy(update={"log_bytes": 100_000})
    log, before = tmp_path / "part.log", tmp_path / "part.log.1"
    async with Supervisor({"part": python(tmp_path, "part", chatty)}, small, print) as supervisor:
        await until(before.exists)
        await until(lambda: log.stat().st_size > 0)
        assert supervisor.states[0].restarts == 0
    assert before.stat().st_size >= 100_000
