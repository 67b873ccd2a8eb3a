"""One fault's world: topics and a database of its own, the parts, the load, and what is seen of them."""

import asyncio
import random
import shutil
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from faults.brokers import BROKERS, Cluster, open_cluster
from faults.crew import Crew, open_crew
from faults.database import Base, SmallDisk, open_base, small_disk
from faults.judge import Findings, judge
from faults.load import Load, Mix, open_load
from faults.tally import Tally, follow, read_all
from faults.watch import Watch
from state_streams import EAGER
from waiting import until

from emotionstream.cli.embedded import EmbeddedPostgres
from emotionstream.cli.topics_admin import admin, apply_topics
from emotionstream.history.store import open_history
from emotionstream.schemas.settings.base import Settings
from emotionstream.schemas.settings.database import DatabaseSettings
from emotionstream.schemas.settings.embedded import EmbeddedSettings
from emotionstream.schemas.settings.history import HistorySettings
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.recorder import RecorderSettings
from emotionstream.schemas.settings.table import TableSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.settings.worker import Delivery, WorkerSettings
from emotionstream.schemas.topics import catalogue

PARTITIONS: Final = 4
SESSION_SECONDS: Final = 6.0
WARM_UP: Final = 120
WARM_UP_SECONDS: Final = 120.0
WORKER: Final = WorkerSettings(
    delivery=Delivery.EXACTLY_ONCE,
    poll_seconds=0.1,
    turn_messages=32,
    max_concurrent=200,
    revoke_seconds=2.0,
    drain_seconds=10.0,
    session_seconds=SESSION_SECONDS,
    transaction_seconds=4.0,
    reopen_seconds=1.0,
    close_seconds=2.0,
)
TABLE: Final = TableSettings(
    commit_interval_seconds=0.3, session_timeout_seconds=SESSION_SECONDS, heartbeat_seconds=1.0
)
RECORDER: Final = RecorderSettings(
    session_seconds=SESSION_SECONDS, patience_seconds=1.0, retry_longest_seconds=1.0, batch_records=200
)


@dataclass(frozen=True, slots=True)
class Bench:
    """The services, for all scenes."""

    cluster: Cluster
    postgres: EmbeddedPostgres
    folder: Path

    def new_folder(self) -> Path:
        """For the logs of one scene."""
        return Path(tempfile.mkdtemp(prefix="scene-", dir=self.folder))


@asynccontextmanager
async def open_bench(folder: Path) -> AsyncIterator[Bench]:
    """Three brokers and a database, their data below ``folder``."""
    async with EmbeddedPostgres(EmbeddedSettings.load(folder=folder / "base")) as postgres, open_cluster(folder) as up:
        yield Bench(up, postgres, folder)


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays in a scene, and how the parts are set."""

    workers: int = 2
    states: int = 1
    recorders: int = 1
    worker: WorkerSettings = WORKER
    table: TableSettings = TABLE
    recorder: RecorderSettings = RECORDER
    more: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Kind of part -> further variables."""
    first: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Name of a part -> further variables of its first process."""
    keyless: bool = False
    """Whether the tables are without their keys, which would refuse a row that comes twice."""
    proxied: bool = False
    """Whether the parts reach Kafka through the proxies."""
    small_disk: bool = False
    """Whether the database lies on a disk that can be filled."""

    def names(self) -> list[str]:
        """The parts."""
        counts = {"worker": self.workers, "state": self.states, "recorder": self.recorders}
        return [f"{kind}-{number}" for kind, count in counts.items() for number in range(1, count + 1)]


@dataclass(slots=True)
class Scene:
    """What a fault may act on."""

    cluster: Cluster
    base: Base
    topics: TopicSettings
    crew: Crew
    load: Load
    tally: Tally
    watch: Watch
    dice: random.Random
    folder: Path
    short: bool = False
    disk: SmallDisk | None = None
    device: Path = field(init=False)
    notes: list[str] = field(default_factory=list)
    """What a person should know."""
    faults: list[str] = field(default_factory=list)
    """What is wrong beside the findings."""

    def __post_init__(self) -> None:
        self.device = self.folder / "device"

    async def moment(self, least: float, most: float) -> None:
        """Wait some seconds, by the dice."""
        await asyncio.sleep(self.dice.uniform(least, most))

    async def findings(self) -> Findings:
        """What is not as it must be, from a fresh look at everything."""
        tally = await read_all(self.cluster.kafka, self.topics)
        return judge(self.load.sent, tally, await self.base.rows())

    async def settle(self, patience: float) -> bool:
        """Wait until everything is done, or nothing has moved for ``patience`` seconds. Whether it is."""
        await until(lambda: self.complete or self.watch.still > patience, seconds=600, pause=0.2)
        return self.complete

    @property
    def complete(self) -> bool:
        """Whether everything that was sent is seen, and done."""
        return len(self.tally.chat) >= len(self.load.sent) and self.watch.complete


def environ(
    kafka: KafkaSettings, topics: TopicSettings, base: Base, cast: Cast, device: Path
) -> dict[str, dict[str, str]]:
    """Kind of part -> its variables."""
    shared: list[Settings] = [kafka, topics, DatabaseSettings(url=base.url)]
    own: dict[str, list[Settings]] = {
        "worker": [cast.worker],
        "state": [EAGER, cast.table],
        "recorder": [cast.recorder],
    }
    return {
        kind: {
            **{name: value for part in [*shared, *settings] for name, value in part.env().items()},
            "FAULTS_DEVICE": str(device),
            **cast.more.get(kind, {}),
        }
        for kind, settings in own.items()
    }


@asynccontextmanager
async def open_scene(bench: Bench, cast: Cast, mix: Mix, seed: int) -> AsyncIterator[Scene]:
    """Everything at work: the parts are well, the first records are through."""
    cluster = bench.cluster
    topics = TopicSettings(
        prefix=f"f{uuid.uuid4().hex[:8]}.", partitions=PARTITIONS, replication_factor=BROKERS, min_insync_replicas=2
    )
    dice = random.Random(seed)
    folder = bench.new_folder()
    async with AsyncExitStack() as stack:
        disk = stack.enter_context(small_disk(folder / "disk")) if cast.small_disk else None
        base = await stack.enter_async_context(open_base(bench.postgres, disk))
        async with open_history(DatabaseSettings(url=base.url), HistorySettings()):
            pass  # The tables are made.
        if cast.keyless:
            await base.forget_uniqueness()
        await apply_topics(cluster.kafka, topics)
        await cluster.known(topics)
        stack.push_async_callback(_delete, cluster.kafka, topics)
        kafka = cluster.proxied if cast.proxied else cluster.kafka
        crew = await stack.enter_async_context(open_crew(environ(kafka, topics, base, cast, folder / "device"), folder))
        load = await stack.enter_async_context(open_load(cluster.kafka, topics, mix, dice))
        tally = Tally()
        watch = Watch(tally, PARTITIONS, base.counts)
        for task in (follow(tally, cluster.kafka, topics), watch.run()):
            stack.push_async_callback(_end, asyncio.create_task(task))
        scene = Scene(cluster, base, topics, crew, load, tally, watch, dice, folder, disk=disk)
        await _begin(scene, cast)
        yield scene


async def _begin(scene: Scene, cast: Cast) -> None:
    for name in cast.names():
        await scene.crew.add(name, **cast.first.get(name, {}))
    await scene.load.publish(WARM_UP)
    began = time.monotonic()
    try:
        await until(lambda: scene.complete, seconds=WARM_UP_SECONDS, pause=0.1)
    except TimeoutError:
        raise AssertionError(f"the chain does not begin: {scene.watch.waiting}, {scene.crew.exits()}") from None
    scene.notes.append(f"up after {time.monotonic() - began:.1f} s")
    scene.watch.healed()


async def _end(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.wait([task])


async def _delete(kafka: KafkaSettings, topics: TopicSettings) -> None:
    """Topics that nobody needs any more cost every broker's restart."""
    async with admin(kafka) as client:
        await client.delete_topics([spec.name for spec in catalogue(topics).values()])


def remove(folder: Path) -> None:
    """Remove the data of a run."""
    shutil.rmtree(folder, ignore_errors=True)
