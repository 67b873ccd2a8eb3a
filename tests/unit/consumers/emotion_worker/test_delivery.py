"""Outputs first, offsets after: the order that makes "at least once"."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError, KafkaError, KafkaTimeoutError
from examples import MODEL, SENT_AT, chat_message
from fake_scorer import score_of
from worker_items import item

from emotionstream.consumers.emotion_worker.delivery import AtLeastOnce, Routes
from emotionstream.consumers.emotion_worker.outcome import Outgoing, outgoing
from emotionstream.consumers.transactions import Unharmed
from emotionstream.schemas.decode import reject
from emotionstream.schemas.errors import ServiceUnavailableError
from emotionstream.schemas.events import RejectionKind

ROUTES = Routes("chat", "results", "dlq")
ROOM = 1_048_576


class Batch:
    """A record batch that holds three records."""

    def __init__(self) -> None:
        self.keys: list[bytes | None] = []
        self.closed = False

    def append(
        self, *, timestamp: int | None, key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes]]
    ) -> object | None:
        """None where it is full."""
        if len(self.keys) == 3:
            return None
        self.keys.append(key)
        return self

    def close(self) -> None:
        """No more records."""
        self.closed = True


class Broker:
    """Producer and consumer in one: writes down what it is asked for, in order."""

    def __init__(self) -> None:
        self.log: list[tuple[object, ...]] = []
        self.failure: KafkaError | None = None
        self.silent = False
        self.commit_failure: KafkaError | None = None

    def create_batch(self) -> Batch:
        """An empty batch."""
        return Batch()

    async def send_batch(self, batch: Batch, topic: str, *, partition: int) -> "asyncio.Future[None]":
        """Acknowledges a little later, fails, or never answers."""
        assert batch.closed
        acknowledged: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if not self.silent:
            asyncio.get_running_loop().call_later(0.01, self._answer, acknowledged, batch, topic, partition)
        return acknowledged

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Offsets become final."""
        if self.commit_failure is not None:
            raise self.commit_failure
        self.log.append(("commit", {tp.partition: offset for tp, offset in offsets.items()}))

    def _answer(self, acknowledged: "asyncio.Future[None]", batch: Batch, topic: str, partition: int) -> None:
        if self.failure is not None:
            acknowledged.set_exception(self.failure)
            return
        self.log.append((topic, partition, batch.keys))
        acknowledged.set_result(None)


def committer(broker: Broker, seconds: float = 5.0) -> AtLeastOnce:
    """The delivery step around ``broker``."""
    return AtLeastOnce(broker, broker, ROUTES, seconds, Unharmed())


def outputs(count: int) -> list[Outgoing]:
    """Results of different users in one partition."""
    found = [
        outgoing(replace(item(chat_message(user_id=f"u{n}"), offset=n), score=score_of("x")), MODEL, SENT_AT, ROOM)
        for n in range(count)
    ]
    return [output for output in found if output is not None]


async def test_offsets_are_committed_after_every_acknowledgement() -> None:
    """Nothing is committed before all outputs are acknowledged; order is kept over several record batches."""
    broker = Broker()
    await committer(broker).deliver(outputs(7), {0: 7})
    keys = [f"u{n}".encode() for n in range(7)]
    assert broker.log == [
        ("results", 0, keys[:3]),
        ("results", 0, keys[3:6]),
        ("results", 0, keys[6:]),
        ("commit", {0: 7}),
    ]


async def test_rejections_go_to_the_dead_letters() -> None:
    """A rejection and a result of one turn go to their topics, under one commit."""
    broker = Broker()
    source = item()
    rejected = outgoing(
        replace(source, found=reject(source.record, (RejectionKind.NOT_JSON, "why"))), MODEL, SENT_AT, ROOM
    )
    assert rejected is not None
    await committer(broker).deliver([rejected, *outputs(1)], {0: 2})
    assert {entry[0] for entry in broker.log[:-1]} == {"dlq", "results"}
    assert broker.log[-1] == ("commit", {0: 2})


async def test_outputs_that_are_not_acknowledged_are_not_committed() -> None:
    """A failed acknowledgement ends the worker with the offsets where they were."""
    broker = Broker()
    broker.failure = KafkaTimeoutError()
    with pytest.raises(ServiceUnavailableError, match="KafkaTimeoutError"):
        await committer(broker).deliver(outputs(2), {0: 2})
    assert broker.log == []


async def test_silence_is_a_failure_after_a_while() -> None:
    """A producer that retries for ever does not hold the worker for ever."""
    broker = Broker()
    broker.silent = True
    with pytest.raises(ServiceUnavailableError):
        await committer(broker, seconds=0.05).deliver(outputs(1), {0: 1})
    assert broker.log == []


async def test_partitions_that_have_moved_are_left_to_their_new_owner() -> None:
    """A commit that comes too late is no reason to end: the new owner does the same messages under the same ids."""
    broker = Broker()
    broker.commit_failure = CommitFailedError()
    await committer(broker).deliver(outputs(1), {0: 1})


async def test_a_turn_without_outputs_still_moves_on() -> None:
    """Tutors' messages alone send nothing, and are committed."""
    broker = Broker()
    await committer(broker).deliver([], {0: 4})
    assert broker.log == [("commit", {0: 4})]
