"""A recorder that is alive and does nothing."""

import asyncio
from dataclasses import replace

import pytest
from recorder_chain import QUICK, Publisher, recording, until_rows

from emotionstream.consumers.recorder.service import RecorderConfig
from emotionstream.history.store import History
from emotionstream.schemas.errors import StuckError


async def test_a_recorder_that_is_stuck_ends_itself_and_the_next_one_records(
    config: RecorderConfig, history: History, publisher: Publisher
) -> None:
    """A turn of its loop that lasts longer than it may: /live says no, then it ends, and nothing is lost."""
    await publisher.say(0)
    # A look for new records that lasts longer than the patience of the watch stands for a call that does not return.
    sleepy = QUICK.model_copy(update={"poll_seconds": 5.0, "stall_seconds": 0.5, "abandon_seconds": 1.0})
    with pytest.raises(ExceptionGroup) as raised:
        async with recording(replace(config, recorder=sleepy)) as part:
            await until_rows(history, messages=1)
            await asyncio.sleep(20)
    assert not part.live().ok
    assert raised.group_contains(StuckError, match="has not moved for")
    await publisher.say(1)
    async with recording(config):
        await until_rows(history, messages=2)
