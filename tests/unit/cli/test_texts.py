"""Texts to score, from lines."""

from pathlib import Path

import pytest
import typer

from emotionstream.cli.lines import Line
from emotionstream.cli.texts import read_texts, request_of
from emotionstream.inference.scoring import ScoreRequest
from emotionstream.schemas.errors import InvalidMessageError


def line(data: bytes | None, number: int = 2) -> Line:
    """A line of input."""
    return Line(number, data, 0)


@pytest.mark.parametrize(
    ("data", "request_"),
    [
        (b"  hm, ok ", ScoreRequest("  hm, ok ")),
        (b" \t", None),
        (b'{"text": "lost", "engagement": 0.5, "other": 1}', ScoreRequest("lost", engagement=0.5)),
        (b'{"text": "x", "time_factor": null}', ScoreRequest("x")),
        (b'{"text": ""}', ScoreRequest("")),
    ],
)
def test_a_line_that_starts_with_a_brace_is_json_any_other_a_text(data: bytes, request_: ScoreRequest | None) -> None:
    """Plain and JSON lines may be mixed; a blank line holds no request."""
    assert request_of(line(data)) == request_


@pytest.mark.parametrize(
    "data",
    [
        b"{secret",
        b'{"secret": 1}',
        b'{"text": 5}',
        b'{"text": "secret", "engagement": 2}',
        b'{"text": "a", "engagement": true}',
        b"secret \xff",
        None,
    ],
)
def test_a_bad_line_has_a_reason_that_does_not_repeat_it(data: bytes | None) -> None:
    """JSON that is no request, bytes that are not UTF-8, and a line that was too long to keep."""
    with pytest.raises(InvalidMessageError) as caught:
        request_of(line(data))
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"{bad json", "not JSON: .* at column 2"),
        (b'{"txt": "hello"}', "is text meant"),
        (b'{"said": "hello"}', "text is missing"),
        (b'{"text": 5}', "text must be a string"),
        (b'{"text": "a", "engagment": 0.1}', "is engagement meant"),
        (b'{"text": "a", "cognitive_load": 5}', r"cognitive_load must be a number in \[0, 1\]"),
    ],
)
def test_the_reason_says_what_is_wrong(data: bytes, reason: str) -> None:
    """A misspelt field is told too: without it the text would get the readiness of one of which nothing is known."""
    with pytest.raises(InvalidMessageError, match=reason):
        request_of(line(data))


def test_a_file_is_read(tmp_path: Path) -> None:
    """Texts come in the order of the file."""
    path = tmp_path / "texts.jsonl"
    path.write_text('{"text": "eins"}\nzwei \u00fc drei\n', encoding="utf-8")
    assert read_texts(path) == ["eins", "zwei \u00fc drei"]


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    """A folder, an empty file and one that is not UTF-8 each end in a message; a missing one is a bad option."""
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "folder").mkdir()
    (tmp_path / "latin").write_bytes("ok\nf\u00fcr".encode("latin-1"))
    for name in ("empty", "folder", "latin"):
        with pytest.raises(InvalidMessageError, match=f"{name}.*{'line 2' if name == 'latin' else ''}"):
            read_texts(tmp_path / name)
    with pytest.raises(typer.BadParameter, match="missing"):
        read_texts(tmp_path / "missing")
