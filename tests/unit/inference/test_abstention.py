"""The abstention rule that comes with a checkpoint."""

import json
from pathlib import Path

import pytest

from emotionstream.inference.abstention import AbstentionRule
from emotionstream.schemas.checkpoint import CALIBRATION
from emotionstream.schemas.errors import CheckpointError
from emotionstream.schemas.settings.abstention import AbstentionSettings


def checkpoint(folder: Path, content: object) -> Path:
    """A folder with this calibration."""
    (folder / CALIBRATION).write_text(json.dumps(content), encoding="utf-8")
    return folder


def test_the_checkpoint_s_threshold_and_the_setting_s_before_it(tmp_path: Path) -> None:
    """An answer at the threshold is not uncertain."""
    folder = checkpoint(tmp_path, {"temperature": 1, "abstention": {"threshold": 0.4}})
    rule = AbstentionRule.read(folder, AbstentionSettings())
    assert (rule.uncertain(0.39), rule.uncertain(0.4)) == (True, False)
    assert AbstentionRule.read(folder, AbstentionSettings(threshold=0.9)).uncertain(0.5) is True


def test_without_a_rule_nothing_is_told(tmp_path: Path) -> None:
    """A checkpoint made before there were rules is read as before."""
    assert AbstentionRule.read(checkpoint(tmp_path, {"temperature": 1}), AbstentionSettings()).uncertain(0.1) is None


@pytest.mark.parametrize("stored", [{"threshold": 2}, {"threshold": "high"}, {}, 0.4, {"threshold": float("nan")}])
def test_a_broken_rule_is_refused(tmp_path: Path, stored: object) -> None:
    """It must not pass as none."""
    with pytest.raises(CheckpointError, match=CALIBRATION):
        AbstentionRule.read(checkpoint(tmp_path, {"abstention": stored}), AbstentionSettings())
