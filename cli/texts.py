"""Texts to score, from a file or from standard input: a text a line, or a JSON object with ``text`` a line."""

from pathlib import Path

from emotionstream.cli.chat_lines import decoded, json_object
from emotionstream.cli.lines import TOO_LONG, Line, all_lines, name_of, opened
from emotionstream.inference.scoring import ScoreRequest
from emotionstream.schemas.errors import InvalidMessageError
from emotionstream.schemas.flaws import nearest, unknown_field
from emotionstream.schemas.settings.intake import IntakeSettings

_CONTEXT = ("engagement", "cognitive_load", "time_factor")
_KNOWN = ("text", *_CONTEXT)


def read_texts(path: Path) -> list[str]:
    """The texts of a file; ``-`` is standard input.

    Raises:
        InvalidMessageError: it cannot be read, has no text, or a line is not what it seems.
        typer.BadParameter: it cannot be opened.
    """
    limit = IntakeSettings.load().max_value_bytes
    with opened(path) as (descriptor, _):
        try:
            requests = [_numbered(path, line) for line in all_lines(descriptor, limit)]
        except OSError as error:
            raise InvalidMessageError(f"{name_of(path)} cannot be read: {error.strerror}") from error
    texts = [request.text for request in requests if request is not None]
    if not texts:
        raise InvalidMessageError(no_texts(name_of(path)))
    return texts


def no_texts(name: str) -> str:
    """What is said of a file in which every line is blank."""
    return f"{name} has no texts: one a line, or a JSON object with `text` a line"


def request_of(line: Line) -> ScoreRequest | None:
    """The request that a line holds; None where it is blank.

    Raises:
        InvalidMessageError: it is too long, not UTF-8, or starts like a JSON object and is no request. Never repeats
            the line.
    """
    if line.data is None:
        raise InvalidMessageError(TOO_LONG)
    text = decoded(line.data)
    if not text.strip():
        return None
    return _parsed(text) if text.lstrip().startswith("{") else ScoreRequest(text)


def _numbered(path: Path, line: Line) -> ScoreRequest | None:
    try:
        return request_of(line)
    except InvalidMessageError as error:
        raise InvalidMessageError(f"{name_of(path)}, line {line.number}: {error}") from None


def _parsed(text: str) -> ScoreRequest:
    fields = json_object(text)
    # Other fields are passed over, so that rows of data can be scored; one that is misspelt would be lost in silence.
    left = [name for name in _KNOWN if name not in fields]
    for name in fields:
        if name not in _KNOWN and nearest(name, left):
            raise InvalidMessageError(unknown_field(name, left))
    if not isinstance(fields.get("text"), str):
        raise InvalidMessageError("text is missing" if "text" not in fields else "text must be a string")
    return ScoreRequest(fields["text"], **{name: _unit(name, fields.get(name)) for name in _CONTEXT})


def _unit(name: str, value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise InvalidMessageError(f"{name} must be a number in [0, 1]")
    return float(value)
