"""What has been fetched is taken once, also where a record cannot be read."""

from collections.abc import Iterator

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer import fetcher

from emotionstream.consumers.fetched import fetched

A, B = TopicPartition("chat", 0), TopicPartition("chat", 1)
ODD = -1


class Consumer:
    """A consumer that takes partition after partition, and drops what it took where one has an ODD record."""

    def __init__(self, held: dict[TopicPartition, list[int]]) -> None:
        self.held = held

    async def getmany(
        self, *partitions: TopicPartition, timeout_ms: int = 0, max_records: int
    ) -> dict[TopicPartition, list[int]]:
        """Up to ``max_records``."""
        found: dict[TopicPartition, list[int]] = {}
        for tp in partitions or self.held:
            taken = self.held[tp][:max_records]
            if ODD in taken:
                raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, "odd")
            self.held[tp] = self.held[tp][len(taken) :]
            max_records -= len(taken)
            if taken:
                found[tp] = taken
            if not max_records:
                break
        return found


@pytest.fixture(autouse=True)
def parser() -> Iterator[None]:
    """The parser is the process's: each test leaves aiokafka's own."""
    own = fetcher.MemoryRecords
    yield
    fetcher.MemoryRecords = own


async def test_all_partitions_give_what_they_have_up_to_the_limit() -> None:
    """In the client's order; the limit counts over all of them."""
    assert await fetched(Consumer({A: [1, 2], B: [3, 4, 5]}), max_records=9) == {A: [1, 2], B: [3, 4, 5]}
    assert await fetched(Consumer({A: [1, 2], B: [3, 4, 5]}), max_records=3) == {A: [1, 2], B: [3]}
    assert await fetched(Consumer({A: [1, 2], B: [3]}), B, max_records=1) == {B: [3]}
    assert await fetched(Consumer({A: [], B: []}), max_records=3) == {}


async def test_a_record_that_cannot_be_read_costs_no_other_partition_its_records() -> None:
    """What was taken before it is given; the odd one is fetched anew."""
    consumer = Consumer({A: [1, 2], B: [3, ODD]})
    found = await fetched(consumer, max_records=9)
    consumer.held[B] = [5 if record == ODD else record for record in consumer.held[B]]
    later = await fetched(consumer, max_records=9)
    assert {tp: found.get(tp, []) + later.get(tp, []) for tp in (A, B)} == {A: [1, 2], B: [3, 5]}
