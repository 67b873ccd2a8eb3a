"""How far a consumer is behind, while a rebalance takes its partitions."""

import asyncio

from aiokafka import TopicPartition
from aiokafka.errors import IllegalStateError

from emotionstream.consumers.lag import lag_of

A, B = TopicPartition("chat", 0), TopicPartition("chat", 1)


class Consumer:
    """Two partitions, of which one goes when the other's position is asked for."""

    def __init__(self) -> None:
        self.held = [A, B]
        self.answers = True

    def assignment(self) -> frozenset[TopicPartition]:
        """Its partitions."""
        return frozenset(self.held)

    def highwater(self, tp: TopicPartition) -> int:
        """The end, as aiokafka gives it: only of its own."""
        assert tp in self.held, "Partition is not assigned"
        return 10

    async def position(self, tp: TopicPartition) -> int:
        """Where it is."""
        if not self.answers:
            await asyncio.Event().wait()
        if tp not in self.held:
            raise IllegalStateError(f"Partition {tp} is not assigned")
        self.held = [tp]
        return 4


class Emptied(Consumer):
    """Loses all while a position is asked for."""

    async def position(self, tp: TopicPartition) -> int:
        """Gone."""
        self.held = []
        return await super().position(tp)


async def test_a_partition_that_a_rebalance_takes_meanwhile_is_left_out() -> None:
    """The others' lag is told; nothing is raised."""
    assert list((await lag_of(Consumer(), 1)).values()) == [6]
    assert await lag_of(Emptied(), 1) == {}


async def test_a_position_that_does_not_come_is_not_waited_for() -> None:
    """While the broker is away a position may never come: what is known is told."""
    consumer = Consumer()
    consumer.answers = False
    async with asyncio.timeout(5):
        assert await lag_of(consumer, 0.01) == {}
