"""Records out of a consumer: fairly, and none lost to a pause."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from aiokafka import TopicPartition
from aiokafka.errors import IllegalStateError

from emotionstream.consumers.emotion_worker.source import Source
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.worker import WorkerSettings

A, B = TopicPartition("chat", 0), TopicPartition("chat", 1)


@dataclass
class Found:
    """A record as the client gives it."""

    topic: str
    partition: int
    offset: int
    timestamp: int = -1
    key: bytes | None = b"k"
    value: bytes | None = b"v"
    headers: tuple[()] = ()


class Consumer:
    """A consumer with so many records in each of its partitions."""

    def __init__(self, held: dict[TopicPartition, int]) -> None:
        self.held = held
        self.positions = dict.fromkeys(held, 0)
        self.pauses: set[TopicPartition] = set()
        self.blind = False
        """Pausing has no effect: as for a partition that is assigned during a look."""

    def assignment(self) -> set[TopicPartition]:
        """Its partitions."""
        return set(self.held)

    def paused(self) -> set[TopicPartition]:
        """Those paused."""
        return set(self.pauses)

    def pause(self, *partitions: TopicPartition) -> None:
        """Pause."""
        self.pauses |= set() if self.blind else set(partitions)

    def resume(self, *partitions: TopicPartition) -> None:
        """Go on."""
        self.pauses -= set(partitions)

    def seek(self, tp: TopicPartition, offset: int) -> None:
        """Go back."""
        self.positions[tp] = offset

    def highwater(self, tp: TopicPartition) -> int:
        """The end."""
        return self.held[tp]

    async def position(self, tp: TopicPartition) -> int:
        """Where it is."""
        return self.positions[tp]

    async def getmany(
        self, *partitions: TopicPartition, timeout_ms: int = 0, max_records: int | None = None
    ) -> dict[TopicPartition, list[Found]]:
        """What has been fetched, one partition after the other."""
        found: dict[TopicPartition, list[Found]] = {}
        left = sum(self.held.values()) if max_records is None else max_records
        for tp in self._open(partitions or self.held):
            start = self.positions[tp]
            records = [Found(*tp, offset) for offset in range(start, min(self.held[tp], start + left))]
            if records:
                found[tp] = records
                left -= len(records)
                self.positions[tp] += len(records)
        return found

    def _open(self, partitions: Iterable[TopicPartition]) -> list[TopicPartition]:
        return [tp for tp in partitions if tp not in self.pauses]


class Rebalancing(Consumer):
    """A consumer that waits for the end of a rebalance, as aiokafka does, before it gives anything."""

    def __init__(self, held: dict[TopicPartition, int]) -> None:
        super().__init__(held)
        self.settled = asyncio.Event()

    async def getmany(
        self, *partitions: TopicPartition, timeout_ms: int = 0, max_records: int | None = None
    ) -> dict[TopicPartition, list[Found]]:
        """After the rebalance."""
        await self.settled.wait()
        return await super().getmany(*partitions, timeout_ms=timeout_ms, max_records=max_records)


def source(consumer: Consumer) -> Source:
    """The worker's view of ``consumer``."""
    return Source(consumer, KafkaSettings(), WorkerSettings(look_seconds=0.02))


async def test_a_full_partition_does_not_starve_another() -> None:
    """Each partition gives an equal share of the room."""
    taken = await source(Consumer({A: 1_000, B: 3})).take(10)
    assert [record.position.partition for record in taken].count(1) == 3
    assert [record.position.partition for record in taken].count(0) == 5


async def test_without_room_everything_is_paused_and_nothing_lost() -> None:
    """No room: partitions paused, nothing taken; with room again they go on where they were."""
    consumer = Consumer({A: 4, B: 4})
    stream = source(consumer)
    assert await stream.take(0) == []
    assert consumer.pauses == {A, B}
    assert len(await stream.take(100)) == 8
    assert consumer.pauses == set()


async def test_records_that_come_despite_a_pause_are_read_again() -> None:
    """A partition that is assigned during a look without room gives its records later, none is dropped."""
    consumer = Consumer({A: 4})
    consumer.blind = True
    stream = source(consumer)
    assert await stream.take(0) == []
    assert [record.position.offset for record in await stream.take(100)] == [0, 1, 2, 3]


async def test_lag_is_what_has_not_been_taken() -> None:
    """Lag counts per partition from where the worker is to the end."""
    stream = source(Consumer({A: 10, B: 2}))
    await stream.take(4)
    assert await stream.lag() == {0: 8, 1: 0}


async def test_a_record_without_a_timestamp_has_a_position_all_the_same() -> None:
    """A timestamp below zero, which old clients write, does not break the position."""
    (record,) = await source(Consumer({A: 1})).take(1)
    assert record.position.timestamp_ms == 0


async def test_a_look_during_a_rebalance_ends_and_loses_nothing() -> None:
    """The client's own limit does not count then: it is broken off, so that a stop is noticed, and looked again."""
    consumer = Rebalancing({A: 4, B: 4})
    stream = source(consumer)
    async with asyncio.timeout(5):
        assert await stream.take(10) == []
        assert await stream.take(0) == []
        consumer.settled.set()
        assert len(await stream.take(10)) == 8


async def test_a_partition_that_goes_while_it_is_held_back_ends_nothing() -> None:
    """What came despite a pause cannot be given back to a partition that is gone: its next owner reads it."""

    class Losing(Consumer):
        def seek(self, tp: TopicPartition, offset: int) -> None:
            raise IllegalStateError(f"No current assignment for partition {tp}")

    consumer = Losing({A: 4})
    consumer.blind = True
    assert await source(consumer).take(0) == []
