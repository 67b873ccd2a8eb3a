"""Texts to score, from lines."""

from pathlib import Path

import pytest

from emotionstream.cli.texts import parse_lines, read_requests, read_texts
from emotionstream.inference.scoring import ScoreRequest
from emotionstream.schemas.errors import InvalidMessageError


def test_plain_and_json_lines_may_be_mixed() -> None:
    """A line that starts with a brace is JSON, any other is a text; blank lines are passed over."""
    lines = [
        "  hm, ok \r\n",
        "\n",
        '{"text": "lost", "engagement": 0.5, "other": 1}\n',
        '{"text": "x", "time_factor": null}',
    ]
    assert parse_lines(lines) == [ScoreRequest("  hm, ok "), ScoreRequest("lost", engagement=0.5), ScoreRequest("x")]


@pytest.mark.parametrize(
    "line",
    [
        "{secret",
        '{"secret": 1}',
        '{"text": 5}',
        '{"text": "secret", "engagement": 2}',
        '{"text": "a", "engagement": true}',
    ],
)
def test_a_bad_line_is_named_and_not_repeated(line: str) -> None:
    """The error gives the line's number and nothing of its content."""
    with pytest.raises(InvalidMessageError, match="line 2") as caught:
        parse_lines(["fine", line])
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_file_is_read(tmp_path: Path) -> None:
    """Texts come in the order of the file."""
    path = tmp_path / "texts.jsonl"
    path.write_text('{"text": "eins"}\nzwei ü drei\n', encoding="utf-8")
    assert read_texts(path) == ["eins", "zwei ü drei"]


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    """A missing file, an empty one and one that is not UTF-8 each end in a message."""
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "latin").write_bytes("für".encode("latin-1"))
    for name in ("missing", "empty", "latin"):
        with pytest.raises(InvalidMessageError, match=name):
            read_requests(tmp_path / name)
