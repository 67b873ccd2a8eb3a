"""Leaving a consumer group, whatever the client does."""

import asyncio

import pytest

from emotionstream.consumers.leaving import leave


class Consumer:
    """A consumer that ends as it is told to."""

    def __init__(self, how: str) -> None:
        self.how = how
        self.closed = False
        self._client = self
        self._coordinator = self._fetcher = None

    async def stop(self) -> None:
        """Good, or hung, or broken off by a task of its own, or refused."""
        if self.how == "hangs":
            await asyncio.Event().wait()
        if self.how == "breaks off":
            inner = asyncio.ensure_future(asyncio.sleep(1))
            inner.cancel()
            await inner
        if self.how == "fails":
            raise ValueError

    async def close(self) -> None:
        """Cut off."""
        self.closed = True


@pytest.mark.parametrize(("how", "cut_off"), [("well", False), ("hangs", True), ("breaks off", True)])
async def test_a_consumer_that_cannot_take_leave_is_cut_off(how: str, cut_off: bool) -> None:
    """It neither hangs its owner nor cancels it."""
    consumer = Consumer(how)
    async with asyncio.timeout(5):
        await leave(consumer, 0.02)
    assert consumer.closed is cut_off


async def test_other_errors_are_told() -> None:
    """What is no silence of the broker is not hidden."""
    with pytest.raises(ValueError):
        await leave(Consumer("fails"), 1)


async def test_who_is_cancelled_while_leaving_stays_cancelled() -> None:
    """A cancellation from outside is nobody's to swallow."""
    leaving = asyncio.create_task(leave(Consumer("hangs"), 30))
    await asyncio.sleep(0)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
