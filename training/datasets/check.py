"""What is in a data folder, and what is wrong with it."""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from emotionstream.schemas.errors import DataError
from emotionstream.training.datasets.catalogue import EMPATHETIC_DIALOGUES, LEARNER, PLACES, TEACHER, Part, Place
from emotionstream.training.datasets.empathetic_dialogues import read_label_names
from emotionstream.training.datasets.overlap import Overlap
from emotionstream.training.datasets.places import SHIPPED_LEARNER, place_of
from emotionstream.training.datasets.readings import Reading, reading_of
from emotionstream.training.datasets.report import Fault, FileReport, FolderReport, SetReport, State
from emotionstream.training.datasets.table import RowError

_ARRAYS: Final = ("rows", "logits41", "logits28", "pad_emobank", "pad_learner")
_ANEW: Final = "copy the file anew from its source"


def check_folder(folder: Path, limit: int) -> FolderReport:
    """Look at every data set in ``folder``; of each file, tell the first ``limit`` faults.

    Raises:
        DataError: there is no such folder.
    """
    if not folder.is_dir():
        raise DataError(f"there is no folder {folder}: `emotionstream data list` says what belongs into one")
    overlap = Overlap()
    sets = [_check_set(folder, name, overlap, limit) for name in _ORDER]
    for report, notes in overlap.notes():
        report.notes += notes
    return FolderReport(str(folder), sorted(sets, key=lambda one: list(PLACES).index(one.name)), _unknown(folder))


_ORDER: Final = (LEARNER, *(name for name in PLACES if name != LEARNER))
"""As training reads them: the first set to hold a text keeps it."""


def _check_set(folder: Path, name: str, overlap: Overlap, limit: int) -> SetReport:
    place, where = PLACES[name], place_of(folder, name)
    report = SetReport(name, State.OK)
    if not where.is_dir():
        report.state = State.PROBLEM if place.needed else State.ABSENT
        report.missing, report.advice = sorted(place.files), place.origin
        return report
    for path in _files(where, name, place):
        if path.is_file():
            report.files.append(_check_file(path, name, overlap, limit))
        else:
            report.missing.append(path.name)
    report.notes = list(_set_notes(name, place, where))
    if report.missing:
        report.advice = place.origin
    if report.missing or any(file.broken for file in report.files):
        report.state = State.PROBLEM
    return report


def _files(where: Path, name: str, place: Place) -> list[Path]:
    """The files that are read. Every later batch of learners' messages is, to train or to measure on."""
    batches = ("messages_train*.jsonl", "messages_dev*.jsonl") if name == LEARNER else ()
    more = {path.name for pattern in batches for path in where.glob(pattern)}
    return [where / file for file in (*place.files, *sorted(more - place.files.keys()))]


def _set_notes(name: str, place: Place, where: Path) -> Iterator[str]:
    if name == LEARNER and where == SHIPPED_LEARNER:
        yield "the corpus that ships is used"
    if place.part is Part.MEASURE:
        yield "for measuring only"
    elif not place.commercial:
        yield f"only for a checkpoint whose settings say non_commercial = true: {place.license}"


def _check_file(path: Path, name: str, overlap: Overlap, limit: int) -> FileReport:
    report = FileReport(str(path), expected=PLACES[name].files.get(path.name))
    try:
        if name == TEACHER:
            _need_arrays(path)
        elif name == EMPATHETIC_DIALOGUES and reading_of(path, name) is None:
            report.rows = len(read_label_names(path))
        elif reading := reading_of(path, name):
            _check_rows(path, reading, report, overlap, limit)
            _compare(report, limit)
    except DataError as error:
        report.add(Fault(None, str(error).removeprefix(f"{path} "), ""), limit)
    return report


def _check_rows(path: Path, reading: Reading, report: FileReport, overlap: Overlap, limit: int) -> None:
    report.unit = reading.table.unit
    for number, row in reading.table.each(path):
        if isinstance(row, RowError):
            report.rows += 1
            report.add(Fault(number, row.what, row.mend), limit)
            continue
        report.rows += reading.counted(row)
        if found := reading.text(row):
            overlap.add(report, number, *found)


def _compare(report: FileReport, limit: int) -> None:
    if report.expected is None:
        return
    if report.rows < report.expected:
        what = (
            f"{report.rows:,} rows, but the published file has {report.expected:,}: it is cut off, or another version"
        )
        report.add(Fault(None, what, _ANEW), limit)
    elif report.rows > report.expected:
        report.notes.append(f"{report.rows:,} rows, where the file that we know has {report.expected:,}")


def _need_arrays(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as arrays:
            lacking = [name for name in _ARRAYS if f"{name}.npy" not in arrays.namelist()]
    except (OSError, zipfile.BadZipFile) as error:
        raise DataError(f"{path} is no .npz file ({error}): make the soft labels anew") from error
    if lacking:
        raise DataError(f"{path} lacks the arrays {', '.join(lacking)}: make the soft labels anew")


def _unknown(folder: Path) -> list[str]:
    """Folders where a data set would stand, of which we know none: perhaps a name is misspelt."""
    known = {Path(place.folder) for place in PLACES.values()}
    parents = {path.parent for path in known}
    found = [child.relative_to(folder) for parent in parents for child in (folder / parent).glob("*") if child.is_dir()]
    return sorted(str(path) for path in found if path not in known | parents)
