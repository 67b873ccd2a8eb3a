"""Which published messages await a result."""

import asyncio

from emotionstream.cli.awaited import Awaited, Sent


def sent(number: int, at: float = 0.0) -> Sent:
    return Sent(f"m-{number}", "ada", number, at)


async def test_what_is_taken_was_expected_and_is_awaited_no_more() -> None:
    """A result of another program's message is not ours."""
    awaited = Awaited(10, 60)
    assert await awaited.expect(sent(1))
    assert awaited.take("m-2") is None
    assert awaited.take("m-1") == sent(1)
    assert awaited.take("m-1") is None


async def test_an_id_is_awaited_once() -> None:
    """The same id again gives no second wait: one result answers it."""
    awaited = Awaited(10, 60)
    assert await awaited.expect(sent(1))
    assert not await awaited.expect(sent(1))


async def test_no_more_are_awaited_than_the_window() -> None:
    """The next one waits until one comes back."""
    awaited = Awaited(2, 60)
    await awaited.expect(sent(1))
    await awaited.expect(sent(2))
    third = asyncio.create_task(awaited.expect(sent(3)))
    await asyncio.sleep(0)
    assert not third.done()
    awaited.take("m-1")
    assert await third


async def test_what_waits_too_long_expires_and_makes_room() -> None:
    """A worker that is not there holds nothing up for ever."""
    awaited = Awaited(2, 60)
    await awaited.expect(sent(1, at=0))
    await awaited.expect(sent(2, at=30))
    assert awaited.expired(59.9) == []
    assert awaited.expired(60) == [sent(1, at=0)]
    await awaited.expect(sent(3, at=60))
    assert awaited.expired(200) == [sent(2, at=30), sent(3, at=60)]
    await awaited.nothing_left()


async def test_nothing_left_waits_for_the_last() -> None:
    """And does not wait where nothing was expected."""
    awaited = Awaited(2, 60)
    await awaited.nothing_left()
    await awaited.expect(sent(1))
    waiting = asyncio.create_task(awaited.nothing_left())
    await asyncio.sleep(0)
    assert not waiting.done()
    awaited.take("m-1")
    await waiting
