"""A partition is taken over in the order that keeps its last owner out."""

import asyncio
from collections.abc import Iterable

import pytest
from aiokafka.errors import KafkaConnectionError, ProducerFenced
from transaction_fakes import Client, Group, partition_producer

from emotionstream.consumers.transactions import Ownership, PartitionProducer
from emotionstream.schemas.errors import ServiceUnavailableError
from emotionstream.schemas.settings.worker import WorkerSettings

SETTINGS = WorkerSettings(settle_seconds=0.001, reopen_seconds=2.0, delivery_seconds=10.0)


class Owner:
    """An ownership and what it did."""

    def __init__(self, group: Group) -> None:
        self.group = group
        self.clients: dict[int, list[Client]] = {}
        self.given_up: list[int] = []
        self.away: set[int] = set()
        self.ownership = Ownership(self._start, self._give_up, SETTINGS)

    async def open_due(self, now: float) -> bool:
        """Open what is due."""
        return await self.ownership.open_due(self.group, now)

    async def _start(self, partition: int) -> PartitionProducer:
        if partition in self.away:
            raise KafkaConnectionError
        self.group.log.append(("start", partition))
        client = Client()
        self.clients.setdefault(partition, []).append(client)
        return partition_producer(client, partition)

    def _give_up(self, partitions: Iterable[int]) -> None:
        self.given_up += partitions


async def test_fence_read_seek_and_only_then_open() -> None:
    """The producer is started before the committed offset is read, and read again until it stands still."""
    owner = Owner(Group(reads=[3, 7, 7]))
    owner.ownership.assigned([0], now=1.0)
    assert owner.ownership.get(0) is None and not owner.ownership.ready
    assert await owner.open_due(now=1.0)
    assert owner.group.log == [("start", 0), ("read", 0), ("read", 0), ("read", 0), ("seek", 0, 7)]
    assert owner.ownership.get(0) is not None


async def test_a_partition_that_goes_away_while_it_is_opened_stays_closed() -> None:
    """Its new owner may be at work already: the producer is closed, no record is taken."""
    owner = Owner(Group())
    owner.group.before_seek.clear()
    owner.ownership.assigned([0], now=1.0)
    opening = asyncio.create_task(owner.open_due(now=1.0))
    await asyncio.sleep(0.05)
    owner.ownership.revoked([0])
    owner.group.before_seek.set()
    assert await opening
    assert owner.ownership.get(0) is None
    await owner.ownership.close()
    assert owner.clients[0][0].log == [("stop",)]


async def test_a_partition_that_comes_back_while_it_is_opened_is_opened_anew() -> None:
    """What was read for the earlier assignment is not believed for the later one."""
    owner = Owner(Group())
    owner.group.before_seek.clear()
    owner.ownership.assigned([0], now=1.0)
    opening = asyncio.create_task(owner.open_due(now=1.0))
    await asyncio.sleep(0.05)
    owner.ownership.revoked([0])
    owner.ownership.assigned([0], now=2.0)
    owner.group.before_seek.set()
    assert not await opening
    assert owner.ownership.get(0) is None
    assert await owner.open_due(now=2.0)
    assert [entry[0] for entry in owner.group.log].count("start") == 2


async def test_after_an_error_it_begins_anew_with_another_producer() -> None:
    """The failed producer is closed and what is in flight given up; after a while the partition opens again."""
    owner = Owner(Group())
    owner.ownership.assigned([0, 1], now=1.0)
    await owner.open_due(now=1.0)
    failed, other = owner.ownership.get(0), owner.ownership.get(1)
    assert failed is not None
    owner.ownership.failed(0, failed, ProducerFenced(), now=5.0)
    assert owner.given_up == [0]
    assert owner.ownership.get(0) is None and owner.ownership.get(1) is other
    assert not await owner.open_due(now=6.9)
    assert await owner.open_due(now=7.0)
    assert owner.ownership.get(0) not in (None, failed)
    await asyncio.sleep(0.01)
    assert owner.clients[0][0].log == [("stop",)]


async def test_an_error_of_a_producer_that_was_replaced_changes_nothing() -> None:
    """A transaction of before the rebalance that ends fenced must not close the partition's new producer."""
    owner = Owner(Group())
    owner.ownership.assigned([0], now=1.0)
    await owner.open_due(now=1.0)
    old = owner.ownership.get(0)
    assert old is not None
    owner.ownership.revoked([0])
    owner.ownership.assigned([0], now=2.0)
    await owner.open_due(now=2.0)
    new = owner.ownership.get(0)
    owner.ownership.failed(0, old, ProducerFenced(), now=3.0)
    assert owner.ownership.get(0) is new and new is not old
    assert owner.given_up == []


async def test_one_that_cannot_be_opened_waits_and_holds_nothing_else() -> None:
    """The others open; it is tried again later, and opens when Kafka takes it."""
    owner = Owner(Group())
    owner.away = {1}
    owner.ownership.assigned([0, 1], now=1.0)
    assert not await owner.open_due(now=1.0)
    assert owner.ownership.get(0) is not None and owner.ownership.get(1) is None
    owner.away = set()
    assert await owner.open_due(now=3.0)


async def test_failing_for_too_long_is_an_error() -> None:
    """A worker that cannot deliver ends; a transaction that succeeds starts the count anew."""
    owner = Owner(Group())
    owner.ownership.assigned([0], now=0.0)
    for now in (0.0, 8.0):
        await owner.open_due(now=now)
        producer = owner.ownership.get(0)
        assert producer is not None
        owner.ownership.succeeded(0)
        owner.ownership.failed(0, producer, ProducerFenced(), now=now)
    await owner.open_due(now=12.0)
    producer = owner.ownership.get(0)
    assert producer is not None
    with pytest.raises(ServiceUnavailableError, match="ProducerFenced"):
        owner.ownership.failed(0, producer, ProducerFenced(), now=18.5)


async def test_closing_closes_every_producer() -> None:
    """Nothing stays connected."""
    owner = Owner(Group())
    owner.ownership.assigned([0, 1], now=1.0)
    await owner.open_due(now=1.0)
    await owner.ownership.close()
    assert [client.log for clients in owner.clients.values() for client in clients] == [[("stop",)], [("stop",)]]
