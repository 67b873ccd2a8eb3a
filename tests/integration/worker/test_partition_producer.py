"""A partition's transactional producer on a real broker: all or nothing, and only the newest one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import ProducerFenced
from waiting import until
from worker_chain import Chain, open_chain

from emotionstream.consumers.emotion_worker import WorkerConfig
from emotionstream.consumers.transactions import Failpoints, PartitionProducer, Unharmed, open_partition_producer
from emotionstream.consumers.transactions.settled import settled
from emotionstream.schemas.settings.faults import FaultPoint
from emotionstream.schemas.settings.intake import IntakeSettings
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.settings.worker import WorkerSettings
from emotionstream.schemas.topics import Group, Topic, group_name

SETTINGS = WorkerSettings(close_seconds=1.0)


@dataclass
class Out:
    """A record to send."""

    value: bytes
    key: bytes = b"user"
    headers: list[tuple[str, bytes]] = field(default_factory=list)


class Halt:
    """Waits at one point until it is told to go on."""

    def __init__(self, point: FaultPoint) -> None:
        self._point = point
        self.there, self.go_on = asyncio.Event(), asyncio.Event()

    async def reach(self, point: FaultPoint) -> None:
        """See ``Failpoints``."""
        if point is self._point:
            self.there.set()
            await self.go_on.wait()


class Partition:
    """Partition 0 of a test's chat topic: opens its producers, and tells what is committed."""

    def __init__(self, chain: Chain, opened: AsyncExitStack) -> None:
        self._opened = opened
        self.chain = chain
        self.results = TopicPartition(chain.name(Topic.RESULTS), 0)

    async def owner(self, failpoints: Failpoints | None = None) -> PartitionProducer:
        """A new owner."""
        config = self.chain.config
        source, group = TopicPartition(self.chain.name(Topic.CHAT), 0), group_name(Group.WORKER, config.topics)
        producer = await open_partition_producer(source, group, config.kafka, config.worker, failpoints or Unharmed())
        self._opened.push_async_callback(producer.close)
        return producer

    async def values(self) -> list[bytes | None]:
        """Committed results."""
        return [found.value for found in await self.chain.all(Topic.RESULTS)]

    async def values_once_there(self) -> list[bytes | None]:
        """Committed results, once there are any: the broker shows them a moment after it has answered the commit."""

        async def there() -> bool:
            return bool(await self.chain.count(Topic.RESULTS))

        await until(there)
        return await self.values()

    async def offset(self) -> int | None:
        """The committed offset."""

        async def read() -> int | None:
            return (await self.chain.committed())[0]

        return await settled(read, SETTINGS.settle_seconds)


@pytest.fixture
async def partition(kafka: str, topics: TopicSettings) -> AsyncIterator[Partition]:
    """Partition 0 of this test's topics."""
    config = WorkerConfig(KafkaSettings(bootstrap_servers=kafka), topics, IntakeSettings(), SETTINGS)
    async with open_chain(config) as chain, AsyncExitStack() as opened:
        yield Partition(chain, opened)


async def test_results_and_offset_appear_together(partition: Partition) -> None:
    """Before the commit neither is there; after it both are."""
    halt = Halt(FaultPoint.OFFSETS)
    owner = await partition.owner(halt)
    committing = asyncio.create_task(owner.commit({partition.results: [Out(b"a"), Out(b"b")]}, 2))
    await halt.there.wait()
    assert (await partition.values(), await partition.offset()) == ([], None)
    halt.go_on.set()
    await committing
    assert await partition.values_once_there() == [b"a", b"b"]
    assert await partition.offset() == 2


@pytest.mark.parametrize("point", [FaultPoint.SENT, FaultPoint.GATHERED, FaultPoint.OFFSETS])
async def test_a_new_owner_fences_the_last_one(partition: Partition, point: FaultPoint) -> None:
    """A transaction that the last owner left open is undone, and it can finish neither that one nor another."""
    halt = Halt(point)
    last = await partition.owner(halt)
    committing = asyncio.create_task(last.commit({partition.results: [Out(b"late")]}, 1))
    await halt.there.wait()
    new = await partition.owner()
    assert await partition.offset() is None
    await new.commit({partition.results: [Out(b"new")]}, 1)
    halt.go_on.set()
    with pytest.raises(ProducerFenced):
        await committing
    with pytest.raises(Exception):  # noqa: B017 - of whatever kind the client's broken state gives
        await last.commit({partition.results: [Out(b"again")]}, 9)
    assert await partition.values_once_there() == [b"new"]
    assert await partition.offset() == 1
