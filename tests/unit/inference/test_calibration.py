"""Temperature scaling."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotionstream.inference.calibration import Calibration
from emotionstream.schemas.errors import CheckpointError

LOGITS = st.lists(st.floats(-50, 50), min_size=2, max_size=41)


@given(LOGITS, st.floats(0.1, 10))
def test_probabilities_sum_to_one(logits: list[float], temperature: float) -> None:
    """Any finite logits give a distribution."""
    probabilities = Calibration(temperature).probabilities(logits)
    assert sum(probabilities) == pytest.approx(1)
    assert min(probabilities) >= 0


def test_a_temperature_above_one_softens() -> None:
    """A higher temperature lowers the confidence and keeps the order."""
    sharp, soft = Calibration(1).probabilities([1, 3, 2]), Calibration(2).probabilities([1, 3, 2])
    assert soft[1] < sharp[1]
    assert sorted(range(3), key=soft.__getitem__) == sorted(range(3), key=sharp.__getitem__)


def test_known_values() -> None:
    """softmax([0, ln 3]) is a quarter and three quarters."""
    assert Calibration(1).probabilities([0, 1.0986122886681098]) == pytest.approx([0.25, 0.75])


def test_large_logits_do_not_overflow() -> None:
    """Half-precision extremes are handled."""
    assert Calibration(0.5).probabilities([65504.0, -65504.0]) == [1, 0]


def test_reading_takes_the_temperature(tmp_path: Path) -> None:
    """Other keys of the file are its own business."""
    (tmp_path / "calibration.json").write_text(json.dumps({"temperature": 1.5, "ece": 0.02}))
    assert Calibration.read(tmp_path) == Calibration(1.5)


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"temperature": 0}', '{"temperature": NaN}', '{"temperature": []}']
)
def test_an_impossible_calibration_is_refused(tmp_path: Path, content: str) -> None:
    """The error names the file."""
    (tmp_path / "calibration.json").write_text(content)
    with pytest.raises(CheckpointError, match=r"calibration\.json"):
        Calibration.read(tmp_path)


def test_a_missing_calibration_is_refused(tmp_path: Path) -> None:
    """No temperature is not a temperature of 1."""
    with pytest.raises(CheckpointError, match=r"calibration\.json"):
        Calibration.read(tmp_path)
