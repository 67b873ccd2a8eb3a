"""A turn's partitions are committed each by itself, and records come only from open partitions."""

from collections.abc import Iterable
from dataclasses import replace

from aiokafka.errors import ProducerFenced
from examples import MODEL, SENT_AT, chat_message
from fake_scorer import score_of
from transaction_fakes import Client, Group, partition_producer
from worker_items import item, record

from emotionstream.consumers.emotion_worker.delivery import Routes
from emotionstream.consumers.emotion_worker.exactly_once import ExactlyOnce, GatedSource
from emotionstream.consumers.emotion_worker.metrics import WorkerMetrics
from emotionstream.consumers.emotion_worker.outcome import Outgoing, outgoing
from emotionstream.consumers.transactions import Ownership, PartitionProducer
from emotionstream.schemas.position import Record
from emotionstream.schemas.settings.worker import WorkerSettings

ROUTES = Routes("chat", "results", "dlq")
SETTINGS = WorkerSettings(settle_seconds=0.001, reopen_seconds=60.0)


class Kafka:
    """The client of each partition, and the ownership around them."""

    def __init__(self) -> None:
        self.clients: dict[int, Client] = {}
        self.given_up: list[int] = []
        self.group = Group()
        self.metrics = WorkerMetrics()
        self.ownership = Ownership(self._start, self._give_up, SETTINGS)

    def committer(self, seconds: float = 5.0) -> ExactlyOnce:
        """The delivery step."""
        return ExactlyOnce(self.ownership, ROUTES, seconds, self.metrics)

    def transactions(self, outcome: str) -> float | None:
        """How many ended in ``outcome``."""
        return self.metrics.registry.get_sample_value("emotionstream_worker_transactions_total", {"outcome": outcome})

    async def open(self, *partitions: int) -> None:
        """Own ``partitions``."""
        self.ownership.assigned(partitions, now=0.0)
        await self.ownership.open_due(self.group, now=0.0)

    async def _start(self, partition: int) -> PartitionProducer:
        self.clients[partition] = Client()
        return partition_producer(self.clients[partition], partition)

    def _give_up(self, partitions: Iterable[int]) -> None:
        self.given_up += partitions


class Topic:
    """Two records, one in each partition; what is done with the first look is up to the test."""

    def __init__(self) -> None:
        self.rooms: list[int] = []

    async def take(self, room: int) -> list[Record]:
        """Both of them, whatever the room: as a look that was under way may."""
        self.rooms.append(room)
        return [record(chat_message(), 4, partition) for partition in (0, 1)]

    async def lag(self) -> dict[int, int]:
        """What waits."""
        return {0: 2}


def result(partition: int) -> Outgoing:
    """A result from ``partition``."""
    found = outgoing(replace(item(chat_message(), partition=partition), score=score_of("x")), MODEL, SENT_AT, 1_000_000)
    assert found is not None
    return found


async def test_each_partition_has_its_own_transaction() -> None:
    """Outputs go with the offset of their own partition."""
    kafka = Kafka()
    await kafka.open(0, 1)
    done = await kafka.committer().deliver([result(0), result(1)], {0: 5, 1: 9, 2: 3})
    assert done == {0, 1}
    for partition, offset in ((0, 5), (1, 9)):
        begin, sent, offsets, commit = kafka.clients[partition].log
        assert (begin, sent[:2], commit) == (("begin",), ("results", partition), ("commit",))
        assert offsets == ("offsets", {partition: offset}, "group")


async def test_one_that_fails_costs_the_others_nothing() -> None:
    """A fenced partition begins anew; the turn's other partition is committed."""
    kafka = Kafka()
    await kafka.open(0, 1)
    kafka.clients[1].refuses = ProducerFenced()
    done = await kafka.committer().deliver([result(0), result(1)], {0: 5, 1: 9})
    assert done == {0}
    assert (kafka.transactions("committed"), kafka.transactions("failed")) == (1, 1)
    assert kafka.given_up == [1]
    assert kafka.ownership.get(1) is None and kafka.ownership.get(0) is not None


async def test_a_transaction_that_takes_too_long_is_given_up() -> None:
    """Its outcome is not known, so the partition begins anew."""
    kafka = Kafka()
    await kafka.open(0)
    kafka.clients[0].hangs = True
    assert await kafka.committer(seconds=0.05).deliver([result(0)], {0: 5}) == frozenset()
    assert kafka.given_up == [0]


async def test_records_of_a_closed_partition_are_not_taken() -> None:
    """What comes before the gate is open is read again later."""
    kafka, topic = Kafka(), Topic()
    await kafka.open(0)
    source = GatedSource(topic, kafka.ownership, kafka.group)
    assert [taken.position.partition for taken in await source.take(9)] == [0]
    assert topic.rooms == [9]


async def test_nothing_is_taken_while_a_partition_waits() -> None:
    """Until the partition that failed is due again, the looks only keep the membership."""
    kafka, topic = Kafka(), Topic()
    await kafka.open(0, 1)
    failed = kafka.ownership.get(1)
    assert failed is not None
    kafka.ownership.failed(1, failed, ProducerFenced(), now=1e12)
    await GatedSource(topic, kafka.ownership, kafka.group).take(9)
    assert topic.rooms == [0]
