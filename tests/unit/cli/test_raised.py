"""What the history says of an intervention, within the time that an answer may be held up."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from emotionstream.cli import raised
from emotionstream.history import store


class History:
    """Knows one learner, after a while."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    async def learner_of(self, intervention_id: uuid.UUID) -> str:
        """Ada, always."""
        await asyncio.sleep(self._seconds)
        return "ada"


def opening(answer_seconds: float, close_seconds: float) -> Callable[..., Any]:
    """An `open_history` that is so slow."""

    @asynccontextmanager
    async def opened(*_: object, prepare: bool) -> AsyncIterator[History]:
        yield History(answer_seconds)
        await asyncio.sleep(close_seconds)

    return opened


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A history is named, and waited for shortly."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    monkeypatch.setattr(raised, "_PATIENCE_SECONDS", 0.2)


async def test_an_answer_is_kept_although_closing_is_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing has a limit of its own."""
    monkeypatch.setattr(store, "open_history", opening(0.0, 0.5))
    assert await raised.ask_history(uuid.uuid4()) == raised.Asked(learner="ada")


async def test_a_database_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tutor's answer goes out, with a note."""
    monkeypatch.setattr(store, "open_history", opening(30.0, 0.0))
    asked = await raised.ask_history(uuid.uuid4())
    assert asked is not None
    assert asked.why_not == "PostgreSQL does not answer"
