"""Which process is meant."""

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from emotionstream.cli.pids import ProcessId
from emotionstream.cli.run_file import RunFile, read_run_file, remove_run_file


def test_the_id_of_another_process_is_not_the_process() -> None:
    """A living process with the same id but another start is not meant."""
    me = ProcessId.of(os.getpid())
    assert me is not None
    assert me.lives()
    assert not replace(me, started=me.started - 10).lives()
    assert not replace(me, boot="of another time").lives()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system tells it by the wall clock only")
def test_a_clock_that_is_set_makes_no_stranger_of_a_process() -> None:
    """A machine that wakes up or hears from a time server sets its clock: the start is counted from the boot."""
    me = ProcessId.of(os.getpid())
    assert me is not None
    assert 0 < me.started < time.clock_gettime(time.CLOCK_BOOTTIME)
    assert me.boot


def test_an_ended_process_does_not_live() -> None:
    """Neither as a zombie nor when it is gone."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        meant = ProcessId.of(child.pid)
        assert meant is not None
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert not meant.lives()
    assert not meant.lives()


def test_a_run_file_counts_while_its_writer_lives(tmp_path: Path) -> None:
    """Read back as it was written; nothing once it is removed, broken, or its writer has ended."""
    me = ProcessId.of(os.getpid())
    assert me is not None
    run = RunFile(owner=me, kafka="127.0.0.1:1", database=None, health={"worker": 2})
    run.write(tmp_path)
    assert read_run_file(tmp_path) == run
    assert (tmp_path / "run.json").stat().st_mode & 0o077 == 0
    RunFile(owner=replace(me, started=me.started - 10), kafka="127.0.0.1:1").write(tmp_path)
    assert read_run_file(tmp_path) is None
    (tmp_path / "run.json").write_text("{")
    assert read_run_file(tmp_path) is None
    remove_run_file(tmp_path)
    assert read_run_file(tmp_path) is None
