"""What a signal does to the work."""

import asyncio
import os
import signal

import pytest

from emotionstream.cli.interruption import until_signal


async def interrupted(number: signal.Signals, ended: list[str]) -> None:
    """Send ourselves a signal, wait for ever, and take a moment to end."""
    os.kill(os.getpid(), number)
    try:
        await asyncio.Event().wait()
    finally:
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(0.01)
        ended.append("in order")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_ends_the_work_in_order(number: signal.Signals) -> None:
    """It is told once; a second signal does not cut short what the first one began."""
    told: list[str] = []
    ended: list[str] = []
    assert await until_signal(interrupted(number, ended), told.append)
    assert (told, ended) == (["stopping"], ["in order"])


async def test_a_closed_terminal_that_cannot_be_told_ends_the_work_all_the_same() -> None:
    """Saying so fails; stopping does not."""

    def say(line: str) -> None:
        raise OSError(5, line)

    ended: list[str] = []
    assert await until_signal(interrupted(signal.SIGHUP, ended), say)
    assert ended == ["in order"]


async def test_work_that_ends_by_itself_was_not_interrupted() -> None:
    """Its own failure comes out as it is."""

    async def fail() -> None:
        raise ValueError("mine")

    assert not await until_signal(asyncio.sleep(0), print)
    with pytest.raises(ValueError, match="mine"):
        await until_signal(fail(), print)
