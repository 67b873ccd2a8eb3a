"""Whose a data folder is, and whether it can be used."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from emotionstream.cli.embedded.folder import claimed, require_space, require_version
from emotionstream.schemas.errors import EmbeddedServiceError


def test_a_folder_in_use_is_refused_until_its_owner_ends(tmp_path: Path) -> None:
    """The message names the owner's process; kill -9 of the owner frees the folder."""
    code = (
        "import sys, time; from pathlib import Path; from emotionstream.cli.embedded.folder import claimed\n"
        "with claimed(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        owner.stdout.readline()
        with pytest.raises(EmbeddedServiceError, match=rf"process {owner.pid}\)\. Stop that one"), claimed(tmp_path):
            pass
        owner.kill()
    with claimed(tmp_path):
        assert (tmp_path / "owner.lock").read_text() == str(os.getpid())


def test_a_place_that_cannot_hold_a_folder_is_refused(tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "taken").write_text("")
    message = r"cannot be written.*EMOTIONSTREAM_EMBEDDED_FOLDER"
    with pytest.raises(EmbeddedServiceError, match=message), claimed(tmp_path / "taken" / "kafka"):
        pass


def test_a_full_disk_is_refused(tmp_path: Path) -> None:
    """The message says how much is free and what to do."""
    require_space(tmp_path, 0)
    with pytest.raises(EmbeddedServiceError, match=r"almost full: \d+ MiB free, 999999999 MiB needed"):
        require_space(tmp_path, 999_999_999)


@pytest.mark.parametrize(
    ("written_by", "message"),
    [
        ("4.4.0", "written by the newer Kafka 4.4.0"),
        ("4.3.10", "written by the newer Kafka 4.3.10"),
        ("3.9.1", "written by Kafka 3.9.1.*cannot read it"),
        (None, "did not make"),
    ],
)
def test_data_of_other_versions_are_refused(tmp_path: Path, written_by: str | None, message: str) -> None:
    """Newer, of an older major version, or of nobody knows whom: never touched, and the message says what to do."""
    with pytest.raises(EmbeddedServiceError, match=f"{message}.*Move .* away"):
        require_version("Kafka", tmp_path, written_by, "4.3.1")


@pytest.mark.parametrize("written_by", ["4.3.1", "4.3.0", "4.0.0"])
def test_data_of_the_same_major_version_are_used(tmp_path: Path, written_by: str) -> None:
    """The same version, and older ones of the same major."""
    require_version("Kafka", tmp_path, written_by, "4.3.1")
