"""A transactional client and a consumer group in memory, which write down what they are asked for, in order."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from emotionstream.consumers.transactions import PartitionProducer, Unharmed


class Batch:
    """A record batch that holds three records."""

    def __init__(self) -> None:
        self.values: list[bytes | None] = []

    def append(self, *, timestamp: int | None, key: bytes | None, value: bytes | None, headers: Any) -> object | None:
        """None where it is full."""
        if len(self.values) == 3:
            return None
        self.values.append(value)
        return self

    def close(self) -> None:
        """No more records."""


class Client:
    """aiokafka's transactional producer, as far as it is used."""

    def __init__(self) -> None:
        self.log: list[tuple[Any, ...]] = []
        self.refuses: KafkaError | None = None
        self.hangs = False
        self.stop_fails: Exception | None = None
        self.client = self._sender = self._txn_manager = self
        """The parts that are closed one by one where stopping fails."""

    async def begin_transaction(self) -> None:
        """Begin."""
        self.log.append(("begin",))

    def create_batch(self) -> Batch:
        """An empty batch."""
        return Batch()

    async def send_batch(self, batch: Batch, topic: str, *, partition: int) -> "asyncio.Future[None]":
        """Acknowledges, or fails, a little later."""
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_later(0.01, self._answer, answer, batch, topic, partition)
        return answer

    async def send_offsets_to_transaction(self, offsets: Mapping[TopicPartition, int], group: str) -> None:
        """Add offsets."""
        self.log.append(("offsets", {tp.partition: offset for tp, offset in offsets.items()}, group))

    async def commit_transaction(self) -> None:
        """Commit."""
        if self.hangs:
            await asyncio.Event().wait()
        self.log.append(("commit",))

    def wait_for_transaction_end(self) -> None:
        """No transaction is under way."""

    async def stop(self) -> None:
        """Disconnect."""
        self.log.append(("stop",))
        if self.stop_fails is not None:
            raise self.stop_fails

    async def close(self) -> None:
        """Cut off."""
        self.log.append(("close",))

    def _answer(self, answer: "asyncio.Future[None]", batch: Batch, topic: str, partition: int) -> None:
        if self.refuses is not None:
            answer.set_exception(self.refuses)
            return
        self.log.append((topic, partition, batch.values))
        answer.set_result(None)


class Group:
    """The group's committed offsets and where this member reads. ``reads`` are given one after the other."""

    def __init__(self, reads: Sequence[int | None] = (7,)) -> None:
        self.reads = list(reads)
        self.log: list[tuple[Any, ...]] = []
        self.before_seek = asyncio.Event()
        self.before_seek.set()

    async def committed(self, partition: int) -> int | None:
        """The next of ``reads``; the last one for ever."""
        self.log.append(("read", partition))
        return self.reads.pop(0) if len(self.reads) > 1 else self.reads[0]

    async def go_to(self, partition: int, offset: int | None) -> None:
        """Seek."""
        await self.before_seek.wait()
        self.log.append(("seek", partition, offset))


def partition_producer(client: Client, partition: int = 0, close_seconds: float = 0.1) -> PartitionProducer:
    """The producer of ``partition`` around ``client``."""
    return PartitionProducer(
        client, TopicPartition("chat", partition), "group", Unharmed(), close_seconds=close_seconds
    )
