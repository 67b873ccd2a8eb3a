"""A committed offset that can be believed."""

import asyncio
from collections.abc import Awaitable, Callable


async def settled(read: Callable[[], Awaitable[int | None]], seconds: float) -> int | None:
    """What ``read`` says, once it says it twice, ``seconds`` apart.

    The group coordinator learns of a committed transaction a moment after the transaction is over: a single read
    right after may give the offset before it. None where nothing was committed yet.
    """
    before = await read()
    while True:
        await asyncio.sleep(seconds)
        now = await read()
        if now == before:
            return now
        before = now
