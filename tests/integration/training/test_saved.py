"""Saved weights and states."""

from pathlib import Path

import pytest

from emotionstream.training import saved


class UnsavableError(Exception):
    """The disk is full."""


class Unsavable:
    """Breaks while it is written."""

    def __reduce__(self) -> str:
        raise UnsavableError


def test_a_save_that_breaks_leaves_what_was_there(tmp_path: Path) -> None:
    """Either the old file or the new one, never a part."""
    path = tmp_path / "all.best.pt"
    saved.save({"step": 1}, path)
    with pytest.raises(UnsavableError):
        saved.save({"step": Unsavable()}, path)
    assert saved.load(path) == {"step": 1}
    saved.save({"step": 2}, path)
    assert saved.load(path) == {"step": 2}
