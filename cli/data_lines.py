"""Data sets, and what was found in a data folder, as lines for a person. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from emotionstream.training.datasets.catalogue import Part, Place
from emotionstream.training.datasets.report import FileReport, FolderReport, SetReport, State

_SIGNS: Final = {State.OK: "ok", State.ABSENT: "-", State.PROBLEM: "PROBLEM"}
_INDENT: Final = " " * 9
_HEADINGS: Final = ("set", "for", "rows", "licence", "checkpoint")


def place_json(name: str, place: Place) -> dict[str, Any]:
    """One data set as JSON."""
    return {
        "name": name,
        "folder": place.folder,
        "files": dict(place.files),
        "rows": rows_of(place),
        "part": place.part.value,
        "use": place.use,
        "origin": place.origin,
        "licence": place.license,
        "commercial": place.commercial,
        "needed": place.needed,
    }


def place_lines(places: Mapping[str, Place]) -> Iterator[str]:
    """All data sets: a table, and under it what each is and where it comes from."""
    table = [_HEADINGS, *(_cells(name, place) for name, place in places.items())]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    for name, place in places.items():
        yield ""
        yield f"{name}: {place.use}."
        yield f"  {place.folder}/: {', '.join(place.files)}"
        yield f"  {place.origin}"


def rows_of(place: Place) -> int | None:
    """Rows of the published files together, None where any number will do."""
    counts = [count for count in place.files.values() if count is not None]
    return sum(counts) if counts else None


def report_lines(report: FolderReport) -> Iterator[str]:
    """What was found in a data folder, problems with what to do."""
    for one in report.sets:
        yield from _set_lines(one)
    for name in report.unknown:
        yield f"{'-':<9}{name}: nothing reads this folder. Is its name spelt as in `emotionstream data list`?"
    yield "no problem found" if not report.problems else f"{report.problems} of the sets must be mended"


def _cells(name: str, place: Place) -> tuple[str, ...]:
    rows = rows_of(place)
    part = f"{place.part.value}, needed" if place.needed else place.part.value
    any_use = "any use" if place.commercial else "research only"
    checkpoint = "none" if place.part is Part.MEASURE else any_use
    return name, part, "any" if rows is None else f"{rows:,}", place.license, checkpoint


def _set_lines(one: SetReport) -> Iterator[str]:
    if one.state is State.ABSENT:
        yield f"{_SIGNS[one.state]:<9}{one.name}: not there, and not needed"
        return
    yield f"{_SIGNS[one.state]:<9}{one.name}"
    for note in one.notes:
        yield f"{_INDENT}{note}"
    for file in one.files:
        yield from _file_lines(file)
    if one.missing:
        yield f"{_INDENT}missing: {', '.join(one.missing)}"
        yield f"{_INDENT}  -> {one.advice}"


def _file_lines(file: FileReport) -> Iterator[str]:
    yield f"{_INDENT}{file.path}{f': {file.rows:,} rows' if file.rows else ''}"
    for fault in file.faults:
        where = "" if fault.row is None else f"{file.unit} {fault.row}: "
        yield f"{_INDENT}  {where}{fault.what}"
        if fault.mend:
            yield f"{_INDENT}    -> {fault.mend}"
    if file.broken > len(file.faults):
        yield f"{_INDENT}  and {file.broken - len(file.faults):,} more (--limit)"
    for note in file.notes:
        yield f"{_INDENT}  {note}"
