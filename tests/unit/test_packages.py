"""What is packaged is what there is."""

import fnmatch
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SETUPTOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
ROOTS = SETUPTOOLS["package-dir"]
FOR_US = {"README.md", "script.py.mako"}
"""For those who work on the code: where data came from, and the form of a new migration."""


def folders() -> list[Path]:
    """The folders of our packages, sub-packages too."""
    return sorted(path.parent for root in ROOTS.values() for path in (ROOT / root).rglob("__init__.py"))


def test_the_packages_are_the_folders() -> None:
    """A folder that is not listed would be missing from the wheel, and only there."""
    there = {"emotionstream." + ".".join(folder.relative_to(ROOT).parts) for folder in folders()}
    assert set(SETUPTOOLS["packages"]) == there
    assert len(SETUPTOOLS["packages"]) == len(there)


def test_each_root_is_imported_under_our_name() -> None:
    """``schemas`` alone would clash with the files of whoever installs us."""
    assert {name: f"emotionstream.{folder}" for name, folder in ROOTS.items()} == {name: name for name in ROOTS}
    assert not (ROOT / "emotionstream" / "__init__.py").exists()


@pytest.mark.parametrize("folder", folders(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_of_a_package_is_packaged(folder: Path) -> None:
    """Queries, templates and lock files travel with the code."""
    kept = ("*.py", *SETUPTOOLS["package-data"]["*"])
    names = [path.name for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")]
    left_out = {name for name in names if not any(fnmatch.fnmatch(name, pattern) for pattern in kept)}
    assert left_out <= FOR_US


def test_every_root_is_typed() -> None:
    """Type checkers of whoever installs us see our types."""
    assert all((ROOT / folder / "py.typed").is_file() for folder in ROOTS.values())
