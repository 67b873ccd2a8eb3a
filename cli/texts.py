"""Texts to score, from a file or from standard input: a text a line, or a JSON object with ``text`` a line."""

import asyncio
import json
from contextlib import aclosing
from pathlib import Path

from emotionstream.cli.lines import Line, opened, read_lines
from emotionstream.inference.scoring import ScoreRequest
from emotionstream.schemas.errors import InvalidMessageError
from emotionstream.schemas.settings.intake import IntakeSettings

_CONTEXT = ("engagement", "cognitive_load", "time_factor")


def read_texts(path: Path) -> list[str]:
    """The texts of a file; ``-`` is standard input.

    Raises:
        InvalidMessageError: it cannot be read, has no text, or a line is not what it seems.
        typer.BadParameter: it cannot be opened.
    """
    try:
        texts = asyncio.run(_texts(path))
    except OSError as error:
        raise InvalidMessageError(f"{path} cannot be read: {error}") from error
    if not texts:
        raise InvalidMessageError(no_texts(path))
    return texts


def no_texts(path: Path) -> str:
    """What is said of a file in which every line is blank."""
    return f"{path} has no texts: one a line, or a JSON object with `text` a line"


def request_of(line: Line) -> ScoreRequest | None:
    """The request that a line holds; None where it is blank.

    Raises:
        InvalidMessageError: it is too long, not UTF-8, or starts like a JSON object and is no request. Never repeats
            the line.
    """
    if line.data is None:
        raise InvalidMessageError("the line is too long (EMOTIONSTREAM_INTAKE_MAX_VALUE_BYTES)")
    try:
        text = line.data.decode()
    except UnicodeDecodeError as error:
        raise InvalidMessageError(f"byte {error.start} is not UTF-8") from None
    if not text.strip():
        return None
    return _parsed(text) if text.lstrip().startswith("{") else ScoreRequest(text)


async def _texts(path: Path) -> list[str]:
    texts = []
    with opened(path) as (descriptor, _):
        async with aclosing(read_lines(descriptor, IntakeSettings.load().max_value_bytes)) as lines:
            async for line in lines:
                try:
                    request = request_of(line)
                except InvalidMessageError as error:
                    raise InvalidMessageError(f"{path}, line {line.number}: {error}") from None
                if request is not None:
                    texts.append(request.text)
    return texts


def _parsed(text: str) -> ScoreRequest:
    try:
        fields = json.loads(text)
        context = {name: _unit(fields.get(name)) for name in _CONTEXT}
        return ScoreRequest(_text(fields["text"]), **context)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        # From None: a cause would repeat the line.
        raise InvalidMessageError(
            f"not a JSON object with `text` and numbers in [0, 1] ({type(error).__name__})"
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
