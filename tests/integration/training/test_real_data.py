"""The real data sets, where they lie beside the project."""

from pathlib import Path

import leaks
import pytest

from emotionstream.training.datasets.check import check_folder

REAL = Path(__file__).resolve().parents[4] / "shared/data"

pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason="they are there only where this project is developed")


def test_no_text_to_measure_on_is_in_train() -> None:
    """None of any dev set, of the sessions, or of the fairness corpus, whatever its case and punctuation."""
    leaks.refuse(REAL)


def test_nothing_is_wrong_with_them() -> None:
    """Every file has the rows that the catalogue says, and each of them can be read."""
    report = check_folder(REAL, limit=1)
    faults = [(file.path, fault) for one in report.sets for file in one.files for fault in file.faults]
    assert (faults, report.problems, report.unknown) == ([], 0, [])
