"""Rows of files: those that are broken are told apart, by their number, and never by their text."""

import gzip
from pathlib import Path
from typing import Any

import made_data
import pytest

from emotionstream.schemas.errors import DataError
from emotionstream.training.datasets.table import (
    RowError,
    Table,
    csv_rows,
    json_items,
    json_lines,
    line_rows,
    number,
    one_of,
    sheet_table,
    some_text,
)


def rows(table: Table[Any, Any], path: Path) -> list[tuple[int, Any]]:
    """Numbers and rows, broken ones as None."""
    return [(place, None if isinstance(row, RowError) else row) for place, row in table.each(path)]


def test_good_rows_beside_a_broken_one_are_kept(tmp_path: Path) -> None:
    """A check goes on after the first fault."""
    path = tmp_path / "x.jsonl"
    path.write_text('{"a": 1}\nnonsense\n[1]\n{"a": 2}\n', encoding="utf-8")
    assert rows(Table(json_lines, lambda row: row["a"]), path) == [(1, 1), (2, None), (3, None), (4, 2)]


def test_reading_stops_at_a_broken_row_and_names_it(tmp_path: Path) -> None:
    """Training must not go on with less than it thinks."""
    path = tmp_path / "x.jsonl"
    path.write_text('{}\n"secret words"\n', encoding="utf-8")
    with pytest.raises(DataError, match=r"x\.jsonl line 2") as caught:
        Table(json_lines, lambda row: row).read(path)
    assert "secret" not in str(caught.value)


def test_lines_of_a_quoted_text_count(tmp_path: Path) -> None:
    """The number is that of the line in an editor, also after a text of several lines."""
    path = tmp_path / "x.csv"
    path.write_text('a,b\n"one\ntwo",1\nx\ny,2\n', encoding="utf-8")
    assert rows(Table(csv_rows(("a", "b")), lambda row: row["b"]), path) == [(3, "1"), (4, None), (5, "2")]


def test_columns_that_are_missing_are_named(tmp_path: Path) -> None:
    """Without them no row can be read."""
    path = tmp_path / "x.csv"
    path.write_text("a,c\n1,2\n", encoding="utf-8")
    with pytest.raises(DataError, match="lacks the columns b"):
        Table(csv_rows(("a", "b")), lambda row: row).read(path)


def test_rows_of_a_sheet_have_the_sheets_numbers(tmp_path: Path) -> None:
    """As a spreadsheet shows them; texts in place and shared ones are both read."""
    made_data.workbook(tmp_path / "x.xlsx", [("a", "b"), ("1 < 2", "two"), ("alone",)])
    table = Table(sheet_table(("a", "b")), lambda row: (row["a"], row["b"]), "row")
    assert rows(table, tmp_path / "x.xlsx") == [(2, ("1 < 2", "two")), (3, None)]


def test_items_of_a_json_array_are_counted(tmp_path: Path) -> None:
    """Their place is told, since lines mean little there."""
    path = tmp_path / "x.json"
    path.write_text('[{"a": 1}, 2]', encoding="utf-8")
    assert rows(Table(json_items(), lambda row: row["a"], "item"), path) == [(1, 1), (2, None)]


@pytest.mark.parametrize(
    ("name", "content", "table"),
    [
        ("x.jsonl.gz", gzip.compress(b'{"a": 1}\n' * 999, mtime=0)[:-20], json_lines),
        ("x.tsv", b"caf\xe9\n", line_rows),
        ("x.json", b"{", json_items()),
        ("x.json", b'{"other": {}}', json_items("inside")),
        ("x.xlsx", b"no zip", sheet_table(("a",))),
        ("x.csv", b"", csv_rows(("a",))),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str, content: bytes, table: Any) -> None:
    """Cut off, of another encoding, or of another kind: the message names the file."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError, match=name):
        Table(table, lambda row: row).read(path)


@pytest.mark.parametrize("value", ["", "high", None, "nan", "5.1", [1]])
def test_what_is_no_number_in_range_is_refused(value: object) -> None:
    """The range is told."""
    with pytest.raises(RowError, match="1 to 5"):
        number(value, 1, 5, "V")


@pytest.mark.parametrize("word", ["a text that somebody wrote in confidence", "I am pregnant"])
def test_a_wrong_word_is_not_repeated(word: str) -> None:
    """Where columns have slipped, a message may stand in the place of a label, and may be short."""
    with pytest.raises(RowError, match=r"emotion is not known: use one of joy, sadness$") as caught:
        one_of(word, ("joy", "sadness"), "emotion")
    assert not {"confidence", "pregnant"} & set(str(caught.value).split())


@pytest.mark.parametrize("word", ["sadnes", "Sadness "])
def test_the_word_that_was_meant_is_told(word: str) -> None:
    """It is one of those that are allowed: nothing of the row's own."""
    with pytest.raises(RowError, match=r"; perhaps sadness$"):
        one_of(word, ("joy", "sadness"), "emotion")


@pytest.mark.parametrize("value", ["", "  ", None, 3])
def test_an_empty_text_is_refused(value: object) -> None:
    """Nothing can be learnt from it."""
    with pytest.raises(RowError, match="empty"):
        some_text(value, "text")
