"""Chat records with a header whose name is not UTF-8, as clients in C can send them."""

import pytest
from aiokafka import AIOKafkaProducer
from bad_records import good_message
from fake_scorer import FakeScorer
from odd_headers import AS_READ, ODD, odd_builder
from worker_chain import Chain, working

from emotionstream.consumers.emotion_worker import EmotionWorker, WorkerConfig
from emotionstream.schemas.topics import Topic

USERS = {0: "ada", 1: "bob"}
"""By partition, as ``Chain`` places them."""


@pytest.mark.parametrize("compression", [0, 3], ids=["plain", "lz4"])
async def test_a_header_name_that_is_no_utf8_stops_nothing(
    chain: Chain, config: WorkerConfig, scorer: FakeScorer, compression: int
) -> None:
    """Good messages before, beside and after are scored once each, and so is a good one under such a header.

    It is so in every partition: all of them have been fetched ahead by the time that the first is read.
    """
    for partition, user in USERS.items():
        before, odd, beside, after = (good_message(f"m-{partition}-{n}", user) for n in range(4))
        await chain.publish(before)
        async with AIOKafkaProducer(**config.kafka.client_options(), acks="all") as producer:
            batch = producer.create_batch()
            batch._builder = odd_builder(compression)
            key = user.encode()
            for message, headers in ((odd, [(ODD, b"kept")]), (beside, [("fine", b"1")])):
                batch.append(timestamp=None, key=key, value=message.to_json(), headers=headers)
            batch.append(timestamp=None, key=key, value=b"{", headers=[(ODD, b"kept"), ("null", None)])
            await (await producer.send_batch(batch, chain.name(Topic.CHAT), partition=partition))
        await chain.publish(after)
    async with working(EmotionWorker(scorer, config)):
        results = await chain.results(8)
        letters = await chain.read(Topic.CHAT_DLQ, 2)
    for partition, user in USERS.items():
        own = [result.message_id for result in results if result.user_id == user]
        assert own == [f"m-{partition}-{n}" for n in range(4)]
    assert {(letter.key, letter.value) for letter in letters} == {(user.encode(), b"{") for user in USERS.values()}
    assert all(letter.headers[:2] == ((AS_READ, b"kept"), ("null", None)) for letter in letters)
