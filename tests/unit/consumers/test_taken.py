"""Committing what was taken."""

from collections.abc import Collection

import pytest
from aiokafka.errors import CommitFailedError
from aiokafka.structs import TopicPartition

from emotionstream.consumers.taken import TakenOffsets

P0, P1 = TopicPartition("t", 0), TopicPartition("t", 1)


class Broker:
    """Stands for the consumer: holds the assignment and what was committed, and can refuse."""

    def __init__(self, assigned: Collection[TopicPartition] = (P0, P1)) -> None:
        self.assigned = set(assigned)
        self.commits: list[dict[TopicPartition, int]] = []
        self.refuses = False

    def assignment(self) -> set[TopicPartition]:
        return self.assigned

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        if self.refuses:
            raise CommitFailedError
        self.commits.append(dict(offsets))


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_the_offset_after_the_last_taken_is_committed() -> None:
    """Kafka's rule: a group's offset is the next one to read."""
    broker, taken = Broker(), TakenOffsets("g", 1.0)
    taken.take(P0, 4)
    taken.take(P0, 5)
    taken.take(P1, 0)
    await taken.commit(broker)
    assert broker.commits == [{P0: 6, P1: 1}]


async def test_nothing_is_committed_twice_or_for_nothing() -> None:
    """A commit without news sends nothing."""
    broker, taken = Broker(), TakenOffsets("g", 1.0)
    await taken.commit(broker)
    taken.take(P0, 0)
    await taken.commit(broker)
    await taken.commit(broker)
    assert broker.commits == [{P0: 1}]


async def test_commits_come_by_the_interval() -> None:
    """Not at every record."""
    clock, broker = Clock(), Broker()
    taken = TakenOffsets("g", 10.0, clock)
    taken.take(P0, 0)
    clock.now = 9.9
    await taken.commit_when_due(broker)
    assert broker.commits == []
    clock.now = 10.0
    await taken.commit_when_due(broker)
    assert broker.commits == [{P0: 1}]


async def test_a_partition_that_is_gone_is_not_committed() -> None:
    """Its new owner's offset must not be overwritten, also not when it comes back."""
    broker, taken = Broker([P1]), TakenOffsets("g", 1.0)
    taken.take(P0, 3)
    taken.take(P1, 7)
    await taken.commit(broker)
    broker.assigned = {P0, P1}
    await taken.commit(broker)
    assert broker.commits == [{P1: 8}]


async def test_a_refused_commit_is_tried_again() -> None:
    """A rebalance or a broker that is away loses no position."""
    broker, taken = Broker(), TakenOffsets("g", 1.0)
    taken.take(P0, 0)
    broker.refuses = True
    await taken.commit(broker)
    broker.refuses = False
    await taken.commit(broker)
    assert broker.commits == [{P0: 1}]


@pytest.mark.parametrize("offset", [0, 1])
async def test_without_a_group_nothing_is_committed(offset: int) -> None:
    """Kafka has nowhere to keep it."""
    broker, taken = Broker(), TakenOffsets(None, 0.0)
    taken.take(P0, offset)
    await taken.commit_when_due(broker)
    assert broker.commits == []
