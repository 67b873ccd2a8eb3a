"""The first sheet of an Excel workbook (.xlsx, ECMA-376), as rows of text.

Only what a plain table needs: cells that hold numbers or shared text. No formulas, no dates.
"""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.etree import ElementTree  # expat refuses entities that grow

from emotionstream.schemas.errors import DataError

_NAMES: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_SHEET: Final = "xl/worksheets/sheet1.xml"
_TEXTS: Final = "xl/sharedStrings.xml"
_COLUMN: Final = re.compile(r"[A-Z]+")


def sheet_rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """(row number, {column letters: text}) of each row, empty cells left out.

    Raises:
        DataError: the file is no workbook.
    """
    try:
        with zipfile.ZipFile(path) as book, book.open(_SHEET) as sheet:
            texts = _shared_texts(book)
            for _, row in ElementTree.iterparse(sheet):  # noqa: S314  # as above
                if row.tag == f"{_NAMES}row":
                    yield int(row.get("r", "0")), dict(_cells(row, texts))
                    row.clear()
    except (zipfile.BadZipFile, KeyError, ValueError, IndexError, ElementTree.ParseError) as error:
        raise DataError(f"{path} is no Excel workbook with a plain table in its first sheet: {error}") from error


def _shared_texts(book: zipfile.ZipFile) -> list[str]:
    if _TEXTS not in book.namelist():
        return []
    root = ElementTree.fromstring(book.read(_TEXTS))  # noqa: S314  # as above
    return ["".join(part.text or "" for part in item.iter(f"{_NAMES}t")) for item in root.iter(f"{_NAMES}si")]


def _cells(row: ElementTree.Element, texts: list[str]) -> Iterator[tuple[str, str]]:
    for cell in row.iter(f"{_NAMES}c"):
        column, value = _COLUMN.match(cell.get("r", "")), cell.findtext(f"{_NAMES}v")
        inline = "".join(part.text or "" for part in cell.iter(f"{_NAMES}t"))
        if column and cell.get("t") == "inlineStr":
            yield column.group(), inline
        elif column and value is not None:
            yield column.group(), texts[int(value)] if cell.get("t") == "s" else value
