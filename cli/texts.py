"""Texts to score, from a file or from standard input: a text a line, or a JSON object with ``text`` a line."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path

from emotionstream.inference.scoring import ScoreRequest
from emotionstream.schemas.errors import InvalidMessageError

_CONTEXT = ("engagement", "cognitive_load", "time_factor")


def read_texts(path: Path) -> list[str]:
    """The texts of a file.

    Raises:
        InvalidMessageError: it cannot be read, has no text, or a line is not what it seems.
    """
    return [request.text for request in read_requests(path)]


def read_requests(path: Path) -> list[ScoreRequest]:
    """The requests of a file; ``-`` is standard input.

    Raises:
        InvalidMessageError: as ``read_texts``.
    """
    try:
        if str(path) == "-":
            requests = parse_lines(sys.stdin)
        else:
            with path.open(encoding="utf-8") as lines:
                requests = parse_lines(lines)
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidMessageError(f"{path} cannot be read: {error}") from error
    if not requests:
        raise InvalidMessageError(f"{path} has no texts: one a line, or a JSON object with `text` a line")
    return requests


def parse_lines(lines: Iterable[str]) -> list[ScoreRequest]:
    """A request per line that is not blank.

    Raises:
        InvalidMessageError: names the first line that starts like a JSON object and is no request.
    """
    return [_request(line, number) for number, line in enumerate(lines, 1) if line.strip()]


def _request(line: str, number: int) -> ScoreRequest:
    if not line.lstrip().startswith("{"):
        return ScoreRequest(line.rstrip("\r\n"))
    try:
        fields = json.loads(line)
        context = {name: _unit(fields.get(name)) for name in _CONTEXT}
        return ScoreRequest(_text(fields["text"]), **context)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        # From None: a cause would repeat the line.
        raise InvalidMessageError(
            f"line {number}: not a JSON object with `text` and numbers in [0, 1] ({type(error).__name__})"
        ) from None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("text is no string")
    return value


def _unit(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError("not a number in [0, 1]")
    return float(value)
