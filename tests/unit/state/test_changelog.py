"""The changelog's batches: what is gathered, in which order it goes out, and what a failure does."""

import asyncio
from dataclasses import dataclass, field

import pytest
from aiokafka import TopicPartition

from emotionstream.state.changelog import Changelog

FIRST, SECOND = TopicPartition("learners", 0), TopicPartition("learners", 1)


@dataclass
class Batch:
    """A record batch that takes ``room`` records."""

    room: int
    records: list[tuple[bytes, bytes | None]] = field(default_factory=list)

    def append(
        self, *, timestamp: int | None, key: bytes, value: bytes | None, headers: list[tuple[str, bytes]]
    ) -> object | None:
        """Add a record, None where it is full."""
        del timestamp, headers
        if len(self.records) >= self.room:
            return None
        self.records.append((key, value))
        return self

    def close(self) -> None:
        """Nothing more is added."""
        self.room = 0


@dataclass
class Broker:
    """Keeps what is sent, and acknowledges it with ``answer``."""

    room: int = 100
    answer: Exception | None = None
    sent: list[tuple[int, list[tuple[bytes, bytes | None]]]] = field(default_factory=list)

    def create_batch(self) -> Batch:
        """An empty batch."""
        return Batch(self.room)

    async def send_batch(self, batch: Batch, topic: str, *, partition: int) -> "asyncio.Future[object]":
        """Take ``batch``."""
        del topic
        await asyncio.sleep(0)
        self.sent.append((partition, batch.records))
        future: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        if self.answer is None:
            future.set_result(None)
        else:
            future.set_exception(self.answer)
        return future


def changelog(broker: Broker, seconds: float = 0.01) -> tuple[Changelog, "list[asyncio.Task[None]]"]:
    """A changelog into ``broker``, and the tasks of what has departed."""
    tasks: list[asyncio.Task[None]] = []
    return Changelog(seconds, lambda: broker, tasks.append), tasks


async def test_changes_of_a_moment_are_one_batch_per_partition() -> None:
    """What comes within the linger goes out together, in order, without anybody asking."""
    broker = Broker()
    log, tasks = changelog(broker)
    log.add(FIRST, b"ada", b"1")
    log.add(SECOND, b"bo", b"1")
    log.add(FIRST, b"ada", b"2")
    await asyncio.sleep(0.05)
    await asyncio.gather(*tasks)
    assert broker.sent == [(0, [(b"ada", b"1"), (b"ada", b"2")]), (1, [(b"bo", b"1")])]


async def test_a_full_batch_is_followed_by_another() -> None:
    """No change is lost where a batch is full."""
    broker = Broker(room=2)
    log, tasks = changelog(broker)
    for number in range(5):
        log.add(FIRST, b"ada", b"%d" % number)
    log.depart()
    await asyncio.gather(*tasks)
    assert [value for _, records in broker.sent for _, value in records] == [b"0", b"1", b"2", b"3", b"4"]


async def test_departures_keep_their_order() -> None:
    """A later value never goes out before an earlier one, however many departures are under way."""
    broker = Broker()
    log, tasks = changelog(broker)
    for number in range(20):
        log.add(FIRST, b"ada", b"%d" % number)
        log.depart()
    await asyncio.gather(*tasks)
    assert [records for _, records in broker.sent] == [[(b"ada", b"%d" % number)] for number in range(20)]


async def test_a_refused_batch_fails_its_departure() -> None:
    """Whoever waits for the departure learns that Kafka did not take it."""
    log, tasks = changelog(Broker(answer=OSError("no")))
    log.add(FIRST, b"ada", None)
    log.depart()
    with pytest.raises(OSError, match="no"):
        await tasks[0]


async def test_abandoned_changes_never_go_out() -> None:
    """After a crash nothing more is written."""
    broker = Broker()
    log, tasks = changelog(broker)
    log.add(FIRST, b"ada", b"1")
    log.abandon()
    log.depart()
    await asyncio.sleep(0.05)
    assert not tasks
    assert not broker.sent
