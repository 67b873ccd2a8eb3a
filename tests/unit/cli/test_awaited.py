"""Which published messages await a result."""

import asyncio

from emotionstream.cli.awaited import Awaited, Sent


def sent(number: int, at: float = 0.0) -> Sent:
    return Sent(f"m-{number}", "ada", number, at)


async def expect(awaited: Awaited, number: int, at: float = 0.0) -> bool:
    return await awaited.expect(f"m-{number}", lambda: sent(number, at))


async def test_what_is_taken_was_expected_and_is_awaited_no_more() -> None:
    """A result of another program's message is not ours."""
    awaited = Awaited(10, 60)
    assert await expect(awaited, 1)
    assert awaited.take("m-2") is None
    assert awaited.take("m-1") == sent(1)
    assert awaited.take("m-1") is None


async def test_an_id_is_awaited_once() -> None:
    """The same id again gives no second wait: one result answers it."""
    awaited = Awaited(10, 60)
    assert await expect(awaited, 1)
    assert not await expect(awaited, 1)


async def test_no_more_are_awaited_than_the_window() -> None:
    """The next one waits until one comes back."""
    awaited = Awaited(2, 60)
    await expect(awaited, 1)
    await expect(awaited, 2)
    third = asyncio.create_task(expect(awaited, 3))
    await asyncio.sleep(0)
    assert not third.done()
    awaited.take("m-1")
    assert await third


async def test_the_wait_for_room_is_no_wait_for_a_result() -> None:
    """A message's time begins when it can be sent: one before it that is not answered costs it nothing."""
    clock = 0.0
    awaited = Awaited(1, 60)
    await expect(awaited, 1, at=clock)
    second = asyncio.create_task(awaited.expect("m-2", lambda: sent(2, at=clock)))
    await asyncio.sleep(0)
    clock = 60.0
    assert awaited.expired(clock) == [sent(1)]
    assert await second
    assert awaited.expired(119) == []
    assert awaited.expired(120) == [sent(2, at=60)]


async def test_what_waits_too_long_expires_and_makes_room() -> None:
    """A worker that is not there holds nothing up for ever."""
    awaited = Awaited(2, 60)
    await expect(awaited, 1, at=0)
    await expect(awaited, 2, at=30)
    assert awaited.expired(59.9) == []
    assert awaited.expired(60) == [sent(1, at=0)]
    await expect(awaited, 3, at=60)
    assert awaited.expired(200) == [sent(2, at=30), sent(3, at=60)]
    await awaited.nothing_left()


async def test_nothing_left_waits_for_the_last() -> None:
    """And does not wait where nothing was expected."""
    awaited = Awaited(2, 60)
    await awaited.nothing_left()
    await expect(awaited, 1)
    waiting = asyncio.create_task(awaited.nothing_left())
    await asyncio.sleep(0)
    assert not waiting.done()
    awaited.take("m-1")
    await waiting
