"""The state stage on a real broker: publish results, run the stage here or as a process, read what came out."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import waiting
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.structs import ConsumerRecord
from state_policies import random_policy

from emotionstream.schemas.affect import InterventionLevel
from emotionstream.schemas.events import EmotionResult, Intervention
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.state import StateSettings
from emotionstream.schemas.settings.table import TableSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Group, Topic, group_name, topic_name
from emotionstream.state.learner import fold
from emotionstream.state.snapshot import LearnerState
from emotionstream.state.stage import StateConfig, StateStage

POLICY = random_policy()
EAGER = StateSettings(minimum_level=InterventionLevel.PREVENTIVE, cooldown_seconds=60.0)
TABLE = TableSettings(
    commit_interval_seconds=0.2, session_timeout_seconds=6.0, heartbeat_seconds=1.0, unanswered_seconds=1.0
)
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Expected:
    """What a fold of results by ``advance`` gives."""

    learners: dict[str, LearnerState]
    interventions: dict[str, Intervention]


def expected(results: Iterable[EmotionResult]) -> Expected:
    """Fold ``results`` as the stage should."""
    learners: dict[str, LearnerState] = {}
    raised = [step.intervention for step in fold(results, POLICY, EAGER, learners) if step.intervention]
    return Expected(learners, {str(item.intervention_id): item for item in raised})


def trace_of(item: EmotionResult | Intervention) -> bytes:
    """A trace (W3C) of its own for each result, and for what follows from it."""
    return f"00-{item.result_id.hex}-{item.result_id.hex[:16]}-01".encode()


async def publish(kafka: str, topics: TopicSettings, results: Iterable[EmotionResult]) -> None:
    """Put ``results`` into the results topic, each in its source's partition."""
    name = topic_name(Topic.RESULTS, topics)
    async with AIOKafkaProducer(bootstrap_servers=kafka, enable_idempotence=True) as producer:
        for item in results:
            headers = [("traceparent", trace_of(item))]
            key = item.user_id.encode()
            await producer.send(name, item.to_json(), key, partition=item.source.partition, headers=headers)
        await producer.flush()


async def read_all(kafka: str, topics: TopicSettings, topic: Topic) -> list[ConsumerRecord]:
    """Every record that stands in ``topic`` now, partition by partition."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, isolation_level="read_committed", auto_offset_reset="earliest")
    await consumer.start()
    try:
        places = [TopicPartition(topic_name(topic, topics), number) for number in range(topics.partitions)]
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        found: list[ConsumerRecord] = []
        for place in places:
            while await consumer.position(place) < ends[place]:
                for records in (await consumer.getmany(place, timeout_ms=200)).values():
                    found += records
        return found
    finally:
        await consumer.stop()


async def end_offset(kafka: str, topics: TopicSettings, topic: Topic) -> int:
    """How many records ``topic`` has been given, all partitions together."""
    async with AIOKafkaConsumer(bootstrap_servers=kafka) as consumer:
        places = [TopicPartition(topic_name(topic, topics), number) for number in range(topics.partitions)]
        return sum((await consumer.end_offsets(places)).values())


async def committed(kafka: str, topics: TopicSettings) -> int:
    """The stage's committed offsets in the results topic, summed."""
    name = topic_name(Topic.RESULTS, topics)
    async with AIOKafkaConsumer(bootstrap_servers=kafka, group_id=group_name(Group.STATE, topics)) as consumer:
        places = [TopicPartition(name, number) for number in range(topics.partitions)]
        return sum([await consumer.committed(place) or 0 for place in places])


async def until(true: Callable[[], bool] | Callable[[], Awaitable[bool]], what: str, seconds: float = PATIENCE) -> None:
    """Wait until ``true``, or fail saying ``what`` did not happen."""
    try:
        await waiting.until(true, seconds=seconds, pause=0.05)
    except TimeoutError:
        raise AssertionError(what) from None


def stage(kafka: str, topics: TopicSettings) -> StateStage:
    """A state stage with this module's policy and settings."""
    return StateStage(StateConfig(KafkaSettings(bootstrap_servers=kafka), topics, EAGER, TABLE), POLICY)


@asynccontextmanager
async def running(part: StateStage, seconds: float = PATIENCE) -> AsyncIterator[StateStage]:
    """``part``, ready within ``seconds``; stopped gracefully at the end."""
    stop = asyncio.Event()
    serving = asyncio.create_task(part.serve(stop))
    try:
        await until(lambda: part.ready().ok or serving.done(), "the stage is not ready", seconds)
        yield part
    finally:
        stop.set()
        await serving


@contextmanager
def process(kafka: str, topics: TopicSettings, folder: Path, **environ: str) -> Iterator[subprocess.Popen[bytes]]:
    """The state stage as a process of its own, with its log in ``folder``; killed at the end if it still runs."""
    POLICY.save(folder / "policy.safetensors")
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith("EMOTIONSTREAM_")},
        **KafkaSettings(bootstrap_servers=kafka).env(),
        **topics.env(),
        **EAGER.env(),
        **TABLE.env(),
        **environ,
    }
    args = [sys.executable, "-m", "emotionstream.cli.main", "state", "--policy", str(folder / "policy.safetensors")]
    with (folder / "state.log").open("ab") as log, subprocess.Popen(args, env=env, stderr=log) as child:
        try:
            yield child
        finally:
            child.kill()
