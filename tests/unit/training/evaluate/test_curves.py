"""Learning curves from a run's log."""

from pathlib import Path

import pytest

from emotionstream.schemas.errors import DataError
from emotionstream.training.evaluate.curves import curves, read_curves

ROWS = [
    {"stage": "a", "step": 50, "of": 100, "time": 1, "emotion": 3.0},
    {"stage": "a", "step": 100, "of": 100, "time": 2, "dev": {"goal": 0.2}},
    {"stage": "b", "step": 50, "of": 50, "time": 3, "emotion": 2.0},
    {"stage": "b", "step": 50, "of": 50, "time": 4, "emotion": 1.0},
]


def test_stages_follow_each_other_and_a_repeated_step_counts_once() -> None:
    """A killed run writes some steps twice: the later line stands."""
    dev, loss = sorted(curves(ROWS), key=lambda curve: curve.name)
    assert (dev.name, dev.steps, dev.values, dev.sparse) == ("dev: goal", (100,), (0.2,), True)
    assert (loss.steps, loss.values, loss.borders) == ((50, 150), (3.0, 1.0), (100,))


def test_a_cut_last_line_is_passed_over(tmp_path: Path) -> None:
    """A run that is killed while it writes leaves one."""
    path = tmp_path / "log.jsonl"
    path.write_text('{"stage": "a", "step": 1, "emotion": 2.5}\n{"stage": "a", "st', encoding="utf-8")
    assert read_curves(path)[0].values == (2.5,)


def test_another_file_is_no_log(tmp_path: Path) -> None:
    """It is told, not drawn empty."""
    path = tmp_path / "log.jsonl"
    path.write_text('{"text": "a"}\n', encoding="utf-8")
    with pytest.raises(DataError, match="no training log"):
        read_curves(path)
