"""A state stage that was suspended for too long does not go on: others may have its partitions."""

import asyncio
import signal
from pathlib import Path

from state_policies import random_results
from state_streams import committed, expected, process, publish, running, stage, until

from emotionstream.schemas.errors import StalledError
from emotionstream.schemas.settings.topics import TopicSettings

USERS = [f"user-{number}" for number in range(7)]
SUSPENDED_SECONDS = 4.0
"""Over half of the session timeout of 6 s."""


async def test_a_stage_that_was_suspended_ends_itself_and_another_goes_on(
    kafka: str, topics: TopicSettings, tmp_path: Path
) -> None:
    """Exit code 72 and the reason; what it had not done the next one does, exactly."""
    results = random_results(400, USERS)

    async def all_done(count: int) -> bool:
        return await committed(kafka, topics) == count

    with process(kafka, topics, tmp_path) as child:
        await publish(kafka, topics, results[:200])
        await until(lambda: all_done(200), "the first half was not folded in")
        child.send_signal(signal.SIGSTOP)
        await publish(kafka, topics, results[200:])
        await asyncio.sleep(SUSPENDED_SECONDS)
        child.send_signal(signal.SIGCONT)
        assert await asyncio.to_thread(child.wait, 30) == StalledError.exit_code
    assert "error: the state stage stood still for" in (tmp_path / "state.log").read_text()
    assert await committed(kafka, topics) == 200
    async with running(stage(kafka, topics)) as part:
        want = expected(results).learners
        await until(lambda: part.learners() == want, "the table is not the fold")
