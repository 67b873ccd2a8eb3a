"""A program that is started with closed streams, or whose output goes to a full disk, ends in order."""

import errno
import subprocess
import sys
from pathlib import Path

import pytest

from emotionstream.cli.main import explain
from emotionstream.cli.streams import explain_disk

FULL = Path("/dev/full")


def shell(line: str) -> subprocess.CompletedProcess[str]:
    """A shell's line in which ``emotionstream`` is this one."""
    program = f'"{sys.executable}" -m emotionstream.cli.main'
    return subprocess.run(
        ["sh", "-c", line.replace("emotionstream", program)], capture_output=True, text=True, timeout=60, check=False
    )


def test_a_closed_standard_input_is_an_empty_one() -> None:
    """Nothing is read, nothing raises: what is missing is a broker."""
    ended = shell(
        "env -u KAFKA_BOOTSTRAP_SERVERS EMOTIONSTREAM_EMBEDDED_FOLDER=/nothing emotionstream publish --user ada <&-"
    )
    assert "Traceback" not in ended.stderr
    assert "KAFKA_BOOTSTRAP_SERVERS" in ended.stderr
    assert ended.returncode == 3


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_no_file_takes_the_place_of_a_closed_stream(closed: str) -> None:
    """What is opened later gets a number of its own, and does its work."""
    ended = shell(f"emotionstream config {closed}")
    assert ended.returncode == 0
    assert "Traceback" not in ended.stderr


@pytest.mark.skipif(not FULL.exists(), reason="only Linux has /dev/full")
def test_a_full_disk_behind_standard_output_is_said_in_a_line() -> None:
    """And ends with 1, also where it is seen only at the end."""
    ended = shell(f"emotionstream config > {FULL}")
    assert ended.returncode == 1
    assert ended.stderr == "error: standard output cannot be written: No space left on device\n"


def test_a_full_disk_is_told_with_the_file() -> None:
    """Also where it is one error of several; another error is a defect, and keeps its traceback."""
    full = OSError(errno.ENOSPC, "No space left on device", "runs/x.parquet")
    told = explain(ExceptionGroup("several", [ValueError(), full]), None)
    assert str(told) == "runs/x.parquet cannot be written: No space left on device"
    assert explain_disk(OSError(errno.EBADF, "bad")) is None
    assert explain_disk(ValueError()) is None
