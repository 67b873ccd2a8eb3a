"""The state stage as a process: killed in the middle, stopped, and faced with a broker that refuses its changelog."""

import asyncio
import json
import os
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from services import run_apart
from state_policies import random_results
from state_streams import committed, end_offset, expected, process, publish, read_all, running, stage, until

from emotionstream.cli.embedded import EmbeddedKafka
from emotionstream.cli.pids import ProcessId
from emotionstream.cli.run_file import RunFile
from emotionstream.schemas.errors import StageCrashedError
from emotionstream.schemas.events import EmotionResult
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Topic, topic_name

USERS = [f"user-{number}" for number in range(20)]
GRACE = 90.0


def two_partitions(count: int) -> list[EmotionResult]:
    """``count`` results of 20 learners over two partitions."""
    first = random_results(count // 2, USERS[:10])
    second = random_results(count // 2, USERS[10:], seed=9, partition=1)
    return [item for pair in zip(first, second, strict=True) for item in pair]


class Trickle:
    """Publishes ``results`` a hundred at a time; ``published`` is how many."""

    def __init__(self, kafka: str, topics: TopicSettings, results: Sequence[EmotionResult]) -> None:
        self.published = 0
        self._kafka, self._topics, self._results = kafka, topics, results

    async def more(self) -> None:
        """The next hundred."""
        await publish(self._kafka, self._topics, self._results[self.published : self.published + 100])
        self.published += 100

    async def all(self) -> None:
        """What is left."""
        while self.published < len(self._results):
            await self.more()


async def check_exact(kafka: str, topics: TopicSettings, results: Sequence[EmotionResult]) -> None:
    """The table is the fold, every intervention of the fold is there, and no other and no differing one."""
    want = expected(results)
    async with running(stage(kafka, topics)) as part:
        assert part.learners() == want.learners
        assert part.registry.get_sample_value("emotionstream_state_messages_total") == 0
    records = await read_all(kafka, topics, Topic.INTERVENTIONS)
    values = {record.value for record in records}
    assert {json.loads(value)["intervention_id"] for value in values} == set(want.interventions)
    assert values == {item.to_json() for item in want.interventions.values()}


async def stop(child: "subprocess.Popen[bytes]") -> int:
    """Ask ``child`` to stop; its exit code."""
    child.send_signal(signal.SIGTERM)
    return await asyncio.to_thread(child.wait, GRACE)


async def test_kill_9_in_the_middle_loses_and_changes_nothing(
    kafka: str, topics: TopicSettings, tmp_path: Path
) -> None:
    """After two kills the table is exact and the interventions are those of a clean fold, by id and by content."""
    results = two_partitions(2_000)
    trickle, amid = Trickle(kafka, topics, results), 0

    async def folded_in() -> int:
        return await end_offset(kafka, topics, Topic.LEARNERS_CHANGELOG)

    while amid < 2:
        with process(kafka, topics, tmp_path) as child:
            before = await folded_in()

            async def up(number: int = before) -> bool:
                return await folded_in() > number

            await trickle.more()
            await until(up, f"nothing was folded in after {before}")
            while await folded_in() < before + 200:
                await trickle.more()
                await asyncio.sleep(0.05)
            child.kill()
            await asyncio.to_thread(child.wait)
        # One that had done and committed everything was not amid anything.
        amid += await committed(kafka, topics) < trickle.published
    with process(kafka, topics, tmp_path) as child:
        await trickle.all()

        async def all_done() -> bool:
            return await committed(kafka, topics) == len(results)

        await until(all_done, "not every result was folded in")
        assert await stop(child) == 0
    await check_exact(kafka, topics, results)


async def test_a_broker_that_is_killed_and_comes_back_costs_nothing(
    kafka_service: EmbeddedKafka, topics: TopicSettings
) -> None:
    """Without Kafka the stage is not ready but alive; when it is back all goes on, exactly."""
    kafka = kafka_service.bootstrap_servers
    results = two_partitions(1_500)
    await publish(kafka, topics, results)
    want = expected(results)
    async with running(stage(kafka, topics)) as part:
        await until(lambda: bool(part.learners()), "nothing was folded in")
        assert kafka_service.pid is not None
        os.kill(kafka_service.pid, signal.SIGKILL)
        await until(lambda: "acknowledged nothing" in part.ready().why, "the stage did not say that Kafka is gone")
        assert part.live().ok
        assert part.learners() != want.learners
        await asyncio.to_thread(run_apart, kafka_service.restart())
        await until(lambda: part.learners() == want.learners, "the rest was not folded in")
        await until(lambda: part.ready().ok, "the stage is not ready again")
    assert await committed(kafka, topics) == len(results)
    await check_exact(kafka, topics, results)


async def set_limit(kafka: str, topic: str, max_bytes: int) -> None:
    """Change the largest record that the broker takes for ``topic``."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        config = {"max.message.bytes": str(max_bytes), "cleanup.policy": "compact"}
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, configs=config)])
    finally:
        await admin.close()


async def test_a_changelog_that_is_refused_ends_the_process_and_commits_nothing(
    kafka: str, topics: TopicSettings, tmp_path: Path
) -> None:
    """A state that Kafka did not take must not count as done: exit code 71, and the next process does it all again."""
    results = two_partitions(100)
    changelog = topic_name(Topic.LEARNERS_CHANGELOG, topics)
    await set_limit(kafka, changelog, 100)
    await publish(kafka, topics, results)
    # Looks at the app's health seldom, so that only the flush before the commit can hold the commit back.
    with process(kafka, topics, tmp_path, EMOTIONSTREAM_TABLE_POLL_SECONDS="5") as child:
        assert await asyncio.to_thread(child.wait, GRACE) == StageCrashedError.exit_code
    assert "error: the state stage" in (tmp_path / "state.log").read_text()
    assert await committed(kafka, topics) == 0
    await set_limit(kafka, changelog, 1_000_000)
    with process(kafka, topics, tmp_path) as child:

        async def all_done() -> bool:
            return await committed(kafka, topics) == len(results)

        await until(all_done, "not every result was folded in")
        assert await stop(child) == 0
    await check_exact(kafka, topics, results)


def ask(port: int, path: str) -> tuple[int, str]:
    """Status and body of the health server; 0 where nothing listens yet."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


async def test_it_finds_the_broker_that_runs_here(kafka: str, topics: TopicSettings, tmp_path: Path) -> None:
    """As every command does: with nothing named, the addresses in run.json of the data folder."""
    me = ProcessId.of(os.getpid())
    assert me is not None
    RunFile(owner=me, kafka=kafka).write(tmp_path)
    await publish(kafka, topics, two_partitions(10))
    here = {"KAFKA_BOOTSTRAP_SERVERS": "", "EMOTIONSTREAM_EMBEDDED_FOLDER": str(tmp_path)}
    with process(kafka, topics, tmp_path, **here) as child:

        async def all_done() -> bool:
            return child.poll() is None and await committed(kafka, topics) == 10

        await until(all_done, (tmp_path / "state.log").read_text())
        assert await stop(child) == 0


async def test_health_is_told_and_a_stop_is_graceful(
    kafka: str, topics: TopicSettings, tmp_path: Path, unused_tcp_port: int
) -> None:
    """`/ready` says yes once the table is rebuilt, `/metrics` counts, and SIGTERM commits all that is done."""
    results = two_partitions(60)
    await publish(kafka, topics, results)
    with process(kafka, topics, tmp_path, EMOTIONSTREAM_HEALTH_PORT=str(unused_tcp_port)) as child:

        async def counted() -> bool:
            _, metrics = await asyncio.to_thread(ask, unused_tcp_port, "/metrics")
            return "emotionstream_state_messages_total 60.0" in metrics

        await until(counted, "60 messages were not counted")
        assert (await asyncio.to_thread(ask, unused_tcp_port, "/ready"))[0] == 200
        assert (await asyncio.to_thread(ask, unused_tcp_port, "/live"))[0] == 200
        assert await stop(child) == 0
    assert await committed(kafka, topics) == len(results)
    await check_exact(kafka, topics, results)
