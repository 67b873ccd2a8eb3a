"""Waiting for something to come true, with a bound."""

import asyncio
from collections.abc import Awaitable, Callable


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


async def _holds(condition: Callable[[], bool] | Callable[[], Awaitable[bool]]) -> bool:
    answer = condition()
    return answer if isinstance(answer, bool) else await answer
