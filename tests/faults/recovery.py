"""``python -m faults.recovery``: how long a state stage takes to rebuild its table, and whether its loop stalls.

One embedded broker, one stage. The states are as large as the default settings make them.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from aiokafka import AIOKafkaProducer
from services import service_folder
from state_policies import random_results
from state_streams import EAGER, POLICY, expected
from waiting import until

from emotionstream.cli.embedded import EmbeddedKafka
from emotionstream.cli.topics_admin import apply_topics
from emotionstream.schemas.settings.embedded import EmbeddedSettings
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.table import TableSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Topic, topic_name
from emotionstream.state.stage import StateConfig, StateStage

BEAT_SECONDS: Final = 0.01
BATCH_BYTES: Final = 500_000


class Beat:
    """The longest time between two turns of the event loop, in seconds."""

    def __init__(self) -> None:
        self.longest = 0.0

    async def run(self) -> None:
        """Until cancelled."""
        last = time.monotonic()
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            now = time.monotonic()
            self.longest = max(self.longest, now - last - BEAT_SECONDS)
            last = now


def states(learners: int) -> Iterator[tuple[bytes, bytes]]:
    """Keys of 36 bytes and full states."""
    value = expected(random_results(40, ["one"])).learners["one"].to_json()
    for number in range(learners):
        yield f"{number:036d}".encode(), value


async def fill(kafka: KafkaSettings, topics: TopicSettings, learners: int) -> int:
    """Write the changelog. Bytes of one state."""
    name, size = topic_name(Topic.LEARNERS_CHANGELOG, topics), 0
    async with AIOKafkaProducer(**kafka.client_options(), max_batch_size=BATCH_BYTES, linger_ms=20) as producer:
        for number, (key, value) in enumerate(states(learners)):
            size = len(value)
            await producer.send(name, value, key, partition=number % topics.partitions)
    return size


@contextmanager
def beating(beat: Beat) -> Iterator[None]:
    """Measure the loop."""
    task = asyncio.create_task(beat.run())
    try:
        yield
    finally:
        task.cancel()


async def rebuild(kafka: KafkaSettings, topics: TopicSettings, learners: int) -> tuple[float, float]:
    """Seconds until a new stage is ready, and the longest stall of its loop meanwhile."""
    stage = StateStage(StateConfig(kafka, topics, EAGER, TableSettings()), POLICY)
    stop, beat, began = asyncio.Event(), Beat(), time.monotonic()
    serving = asyncio.create_task(stage.serve(stop))
    with beating(beat):
        await until(lambda: stage.ready().ok or serving.done(), seconds=600, pause=0.02)
    took = time.monotonic() - began
    if len(stage.learners()) != learners:
        raise SystemExit(f"{len(stage.learners())} learners were rebuilt, not {learners}")
    stop.set()
    await serving
    return took, beat.longest


async def measure(learners: int) -> str:
    """One run, told."""
    with service_folder() as folder:
        async with EmbeddedKafka(EmbeddedSettings.load(folder=folder)) as service:
            kafka, topics = KafkaSettings(bootstrap_servers=service.bootstrap_servers), TopicSettings()
            await apply_topics(kafka, topics)
            size = await fill(kafka, topics, learners)
            took, stall = await rebuild(kafka, topics, learners)
    return (
        f"{learners:,} learners of {size} bytes: ready after {took:.1f} s ({learners / took:,.0f} a second), "
        f"the loop stood still for {stall:.2f} s at most"
    )


def main() -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(prog="python -m faults.recovery", description=__doc__)
    parser.add_argument("--learners", type=int, default=100_000)
    sys.stdout.write(asyncio.run(measure(parser.parse_args().learners)) + "\n")


if __name__ == "__main__":
    main()
