"""One run of ``emotionstream score``: texts or lines in, a row for each out, as they come."""

from collections.abc import AsyncGenerator, AsyncIterable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Protocol

from emotionstream.cli.lines import Line, read_batches
from emotionstream.cli.texts import request_of
from emotionstream.inference.scoring import Score, ScoreRequest
from emotionstream.inference.text import why_unscorable
from emotionstream.schemas.errors import InvalidMessageError
from emotionstream.schemas.settings.intake import IntakeSettings

Numbered = tuple[int, ScoreRequest | str]
"""A line's number from 1, and its request or the reason why it has none."""


class Scoring(Protocol):
    """What is needed of an engine."""

    async def score(self, requests: Sequence[ScoreRequest]) -> list[Score]:
        """Scores in input order."""


@dataclass(slots=True)
class ScoreRun:
    """Scores what comes together, at most ``most`` at a time, and tells each row in the order of the lines.

    ``scored`` and ``rejected`` count the rows.
    """

    tell: Callable[[int, Score | str], None]
    most: int
    scored: int = field(default=0, init=False)
    rejected: int = field(default=0, init=False)

    async def run(self, engine: Scoring, batches: AsyncIterable[list[Numbered]]) -> None:
        """Score until there is no more.

        Raises:
            EmotionStreamError: the device fails, or the lines cannot be read.
        """
        async for batch in batches:
            for start in range(0, len(batch), self.most):
                await self._score(engine, batch[start : start + self.most])

    async def _score(self, engine: Scoring, batch: Sequence[Numbered]) -> None:
        requests = [(number, _scorable(request)) for number, request in batch]
        scores = iter(await engine.score([one for _, one in requests if isinstance(one, ScoreRequest)]))
        for number, one in requests:
            if isinstance(one, str):
                self.rejected += 1
                self.tell(number, one)
            else:
                self.scored += 1
                self.tell(number, next(scores))


async def given(texts: Sequence[str]) -> AsyncGenerator[list[Numbered]]:
    """The texts of a command line, all together."""
    yield [(number, ScoreRequest(text)) for number, text in enumerate(texts, 1)]


async def read(descriptor: int, name: str) -> AsyncGenerator[list[Numbered]]:
    """The lines of the open file or pipe ``name`` that are not blank, as they come.

    Raises:
        InvalidMessageError: it cannot be read.
    """
    async with aclosing(read_batches(descriptor, IntakeSettings.load().max_value_bytes)) as batches:
        try:
            async for lines in batches:
                yield [(line.number, one) for line in lines if (one := _request_or_reason(line)) is not None]
        except OSError as error:
            raise InvalidMessageError(f"{name} cannot be read: {error.strerror}") from error


def _request_or_reason(line: Line) -> ScoreRequest | str | None:
    try:
        return request_of(line)
    except InvalidMessageError as error:
        return str(error)


def _scorable(request: ScoreRequest | str) -> ScoreRequest | str:
    if isinstance(request, str):
        return request
    return why_unscorable(request.text) or request
