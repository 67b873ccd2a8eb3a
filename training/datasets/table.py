"""Rows of a file: read, or checked one by one. A broken row is a value that says what to mend."""

import csv
import gzip
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import IO, Any, Final, Generic, TypeVar

from emotionstream.schemas.errors import DataError
from emotionstream.training.datasets.workbook import sheet_rows

Raw = TypeVar("Raw")
Made = TypeVar("Made")

_WHOLE_FILE: Final = "copy the file anew from its source"
csv.field_size_limit(2**24)


class RowError(ValueError):
    """One row cannot be read. ``what`` is wrong, and how to ``mend`` it. Neither repeats a message's text."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(f"{what}: {mend}")
        self.what, self.mend = what, mend


Rows = Callable[[Path], Iterator[tuple[int, Raw | RowError]]]
"""Takes a file, gives each row with its number, counted from 1."""
Columns = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table(Generic[Raw, Made]):
    """How a file is split into ``rows``, and what is made of one. ``make`` raises RowError.

    ``unit`` is what the rows' numbers count, from 1: lines of text, items of a JSON array, rows of a sheet.
    """

    rows: Rows[Raw]
    make: Callable[[Raw], Made]
    unit: str = "line"

    def read(self, path: Path) -> list[Made]:
        """All rows in file order.

        Raises:
            DataError: a row, which the message names, or the whole file cannot be read.
        """
        return [_good(f"{path} {self.unit} {line}", row) for line, row in self.each(path)]

    def each(self, path: Path) -> Iterator[tuple[int, Made | RowError]]:
        """Each row with its number, broken ones as errors.

        Raises:
            DataError: the whole file cannot be read.
        """
        for line, row in self.rows(path):
            yield line, row if isinstance(row, RowError) else self._made(row)

    def _made(self, row: Raw) -> Made | RowError:
        try:
            return self.make(row)
        except RowError as error:
            return error


def csv_rows(columns: Sequence[str], delimiter: str = ",") -> Rows[Columns]:
    """Rows of a CSV file with a head line that names at least ``columns``."""

    def rows(path: Path) -> Iterator[tuple[int, Columns | RowError]]:
        with _opened(path) as stream:
            reader = csv.DictReader(stream, delimiter=delimiter)
            _need(path, columns, reader.fieldnames or ())
            for row in reader:
                short = [name for name in columns if row.get(name) is None]
                yield reader.line_num, _short(short) if short else row

    return rows


def sheet_table(columns: Sequence[str]) -> Rows[Columns]:
    """Rows of the first sheet of a workbook, the first row naming at least ``columns``."""

    def rows(path: Path) -> Iterator[tuple[int, Columns | RowError]]:
        each = sheet_rows(path)
        _, head = next(each, (0, {}))
        _need(path, columns, head.values())
        for line, cells in each:
            row = {head[column]: text for column, text in cells.items() if column in head}
            short = [name for name in columns if name not in row]
            yield line, _short(short) if short else row

    return rows


def line_rows(path: Path) -> Iterator[tuple[int, str | RowError]]:
    """Lines without their ends."""
    with _opened(path) as stream:
        for line, text in enumerate(stream, start=1):
            yield line, text.rstrip("\r\n")


def json_lines(path: Path) -> Iterator[tuple[int, dict[str, Any] | RowError]]:
    """JSON objects, one a line; of a file that ends in .gz too."""
    with _opened(path) as stream:
        for number, line in enumerate(stream, start=1):
            yield number, _json_object(line)


def json_items(inside: str = "") -> Rows[dict[str, Any]]:
    """Objects of a JSON array, or of the object named ``inside``, with their place among them, from 1."""

    def rows(path: Path) -> Iterator[tuple[int, dict[str, Any] | RowError]]:
        with _opened(path) as stream:
            try:
                whole = json.load(stream)
                items = list(whole[inside].values() if inside else whole)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise DataError(f"{path} is not the JSON that is expected ({error}): {_WHOLE_FILE}") from error
        for number, item in enumerate(items, start=1):
            yield number, item if isinstance(item, dict) else _no_object()

    return rows


def _good(where: str, row: Made | RowError) -> Made:
    if isinstance(row, RowError):
        raise DataError(f"{where}: {row}") from row
    return row


@contextmanager
def _opened(path: Path) -> Iterator[IO[str]]:
    try:
        if path.suffix == ".gz":
            with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
                yield stream
        else:
            with path.open(encoding="utf-8", newline="") as stream:
                yield stream
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not in UTF-8 ({error.reason}): write it anew in UTF-8") from error
    except (OSError, EOFError, csv.Error) as error:
        raise DataError(f"{path} cannot be read to its end ({error}): {_WHOLE_FILE}") from error


def _need(path: Path, columns: Sequence[str], given: Any) -> None:
    if lacking := [column for column in columns if column not in given]:
        raise DataError(
            f"{path} lacks the columns {', '.join(lacking)} in its first line: {', '.join(columns)} are read"
        )


def _short(columns: Sequence[str]) -> RowError:
    return RowError(f"nothing stands in the column {', '.join(columns)}", "fill it, or take the row out")


def _no_object() -> RowError:
    return RowError("not a JSON object", "write {...}, with the fields that the set has")


def _json_object(line: str) -> dict[str, Any] | RowError:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return RowError("not JSON", "write one JSON object a line, or take the line out")
    return found if isinstance(found, dict) else _no_object()


def number(value: object, low: float, high: float, name: str) -> float:
    """``value`` as a number of ``low`` to ``high``.

    Raises:
        RowError: it is none.
    """
    try:
        found = float(value)  # type: ignore[arg-type]  # what is no number raises TypeError
    except (TypeError, ValueError, OverflowError):
        found = float("nan")
    if not low <= found <= high:
        raise RowError(f"{name} is no number from {low:g} to {high:g}", "correct it, or take the row out")
    return found


def some_text(value: object, name: str) -> str:
    """``value`` as a text that says something.

    Raises:
        RowError: it is no text, or empty.
    """
    if not isinstance(value, str) or not value.strip():
        raise RowError(f"{name} is empty", "take the row out")
    return value


def one_of(value: object, known: Mapping[str, Any] | Sequence[str], name: str) -> str:
    """``value`` as one of the ``known`` words.

    Raises:
        RowError: it is none of them.
    """
    if not isinstance(value, str) or value not in known:
        meant = get_close_matches(str(value).strip().casefold(), known, n=1)
        raise RowError(
            f"{name} is not known", f"use one of {', '.join(known)}" + "".join(f"; perhaps {word}" for word in meant)
        )
    return value
