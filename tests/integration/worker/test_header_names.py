"""Chat records with a header whose name is not UTF-8, as clients in C can send them."""

from collections.abc import Iterator

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy
from bad_records import good_message
from fake_scorer import FakeScorer
from worker_chain import Chain, working

from emotionstream.consumers.emotion_worker import EmotionWorker, WorkerConfig
from emotionstream.schemas.topics import Topic


class OddName(str):
    """A header's name with bytes of its own."""

    __slots__ = ()

    def encode(self, *_: str) -> bytes:
        """No UTF-8."""
        return b"na\xffme"


@pytest.fixture(autouse=True)
def parser() -> Iterator[None]:
    """The parser is the process's: each test starts with, and leaves, aiokafka's own."""
    own = fetcher.MemoryRecords
    yield
    fetcher.MemoryRecords = own


@pytest.mark.parametrize("compression", [0, 3], ids=["plain", "lz4"])
async def test_a_header_name_that_is_no_utf8_stops_nothing(
    chain: Chain, config: WorkerConfig, scorer: FakeScorer, compression: int
) -> None:
    """Good messages before, beside and after are scored once each, and so is a good one under such a header."""
    before, odd, beside, after = (good_message(f"m-{n}") for n in range(4))
    await chain.publish(before)
    async with AIOKafkaProducer(**config.kafka.client_options(), acks="all") as producer:
        batch = producer.create_batch()
        batch._builder = _DefaultRecordBatchBuilderPy(2, compression, 0, -1, -1, -1, 1_000_000)
        for message, headers in ((odd, [(OddName("x"), b"kept")]), (beside, [("fine", b"1")])):
            batch.append(timestamp=None, key=b"ada", value=message.to_json(), headers=headers)
        batch.append(timestamp=None, key=b"ada", value=b"{", headers=[(OddName("x"), b"kept"), ("null", None)])
        partition = sum(b"ada") % config.topics.partitions
        await (await producer.send_batch(batch, chain.name(Topic.CHAT), partition=partition))
    await chain.publish(after)
    async with working(EmotionWorker(scorer, config)):
        results = await chain.results(4)
        (letter,) = await chain.read(Topic.CHAT_DLQ, 1)
    assert [result.message_id for result in results] == ["m-0", "m-1", "m-2", "m-3"]
    assert (letter.key, letter.value) == (b"ada", b"{")
    assert letter.headers[:2] == (("na\ufffdme", b"kept"), ("null", None))
