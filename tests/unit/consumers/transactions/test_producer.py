"""One transaction: everything acknowledged, then the offset, then the commit."""

import asyncio
from dataclasses import dataclass, field

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import MessageSizeTooLargeError, ProducerFenced
from transaction_fakes import Client, partition_producer

from emotionstream.consumers.transactions.producer import transactional_id

RESULTS, LETTERS = TopicPartition("results", 0), TopicPartition("dlq", 0)


@dataclass
class Out:
    """A record to send."""

    value: bytes
    key: bytes = b"user"
    headers: list[tuple[str, bytes]] = field(default_factory=list)


async def test_the_order_is_sends_offsets_commit() -> None:
    """The offset follows every acknowledgement, of several batches and topics, and the commit comes last."""
    client = Client()
    outputs = {RESULTS: [Out(bytes([n])) for n in range(4)], LETTERS: [Out(b"bad")]}
    await partition_producer(client).commit(outputs, 9)
    assert client.log[0] == ("begin",)
    assert client.log[1:4] == [
        ("results", 0, [b"\0", b"\1", b"\2"]),
        ("results", 0, [b"\3"]),
        ("dlq", 0, [b"bad"]),
    ]
    assert client.log[4:] == [("offsets", {0: 9}, "group"), ("commit",)]


async def test_nothing_is_committed_after_a_send_that_failed() -> None:
    """The client would commit without the record: neither offset nor commit may be asked for."""
    client = Client()
    client.refuses = MessageSizeTooLargeError()
    with pytest.raises(MessageSizeTooLargeError):
        await partition_producer(client).commit({RESULTS: [Out(b"a")]}, 1)
    assert client.log == [("begin",)]


async def test_offsets_alone_are_a_transaction() -> None:
    """Messages that need no answer are committed all the same."""
    client = Client()
    await partition_producer(client).commit({}, 3)
    assert client.log == [("begin",), ("offsets", {0: 3}, "group"), ("commit",)]


async def test_closing_lets_a_transaction_come_to_its_end_but_not_for_ever() -> None:
    """A commit that is under way is waited for; one that hangs is not."""
    client = Client()
    producer = partition_producer(client, close_seconds=30)
    committing = asyncio.create_task(producer.commit({RESULTS: [Out(b"a")]}, 1))
    await asyncio.sleep(0)
    await producer.close()
    assert client.log[-2:] == [("commit",), ("stop",)]
    await committing

    stuck = Client()
    stuck.hangs = True
    producer = partition_producer(stuck)
    committing = asyncio.create_task(producer.commit({}, 1))
    await asyncio.sleep(0)
    await producer.close()
    assert stuck.log[-1] == ("stop",)
    committing.cancel()


@pytest.mark.parametrize("failure", [ProducerFenced(), TimeoutError(), AssertionError()])
async def test_one_that_cannot_be_stopped_is_cut_off(failure: Exception) -> None:
    """Stopping a fenced producer raises: its sender and its connections are closed all the same, and nobody hears."""
    client = Client()
    client.stop_fails = failure
    await partition_producer(client).close()
    assert client.log == [("stop",), ("close",), ("close",)]


def test_the_id_belongs_to_the_partition() -> None:
    """Whoever owns a partition uses the same id, under the group's name as a prefix."""
    assert transactional_id("p.emotionstream-worker", TopicPartition("chat", 4)) == "p.emotionstream-worker-4"
