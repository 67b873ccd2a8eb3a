"""Waiting for something to come true, with a bound."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def until(
    condition: Callable[[], bool] | Callable[[], Awaitable[bool]], seconds: float = 30, pause: float = 0.005
) -> None:
    """Return as soon as ``condition`` holds; it is asked again after ``pause`` seconds.

    Raises:
        TimeoutError: it does not within ``seconds``.
    """
    async with asyncio.timeout(seconds):
        while not await _holds(condition):  # noqa: ASYNC110 - what is waited for has no event to wait on
            await asyncio.sleep(pause)


async def settled(value: Callable[[], T], rest: float = 1.0, seconds: float = 30) -> T:
    """What ``value`` gives once it has not changed for ``rest`` seconds.

    Raises:
        TimeoutError: it still changes after ``seconds``.
    """
    async with asyncio.timeout(seconds):
        while True:
            before = value()
            await asyncio.sleep(rest)
            if value() == before:
                return before


async def _holds(condition: Callable[[], bool] | Callable[[], Awaitable[bool]]) -> bool:
    answer = condition()
    return answer if isinstance(answer, bool) else await answer
