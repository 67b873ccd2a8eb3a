"""Results with a header whose name is not UTF-8: whoever may write to the topic can send them."""

from aiokafka import AIOKafkaProducer
from odd_headers import ODD, odd_builder
from state_policies import random_results
from state_streams import expected, publish, read_all, running, stage, until

from emotionstream.schemas.events import EmotionResult
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Topic, topic_name


async def put_oddly(kafka: str, topics: TopicSettings, *results: EmotionResult) -> None:
    """Each with an odd name, and a bad record with another behind it."""
    async with AIOKafkaProducer(bootstrap_servers=kafka, acks="all") as producer:
        for item in results:
            batch = producer.create_batch()
            batch._builder = odd_builder()
            key = item.user_id.encode()
            batch.append(timestamp=None, key=key, value=item.to_json(), headers=[(ODD, b"1")])
            batch.append(timestamp=None, key=key, value=b"{", headers=[("fine", b"1"), (ODD, None)])
            name = topic_name(Topic.RESULTS, topics)
            await (await producer.send_batch(batch, name, partition=item.source.partition))


async def test_a_header_name_that_is_no_utf8_stops_nothing(kafka: str, topics: TopicSettings) -> None:
    """In both partitions the results before, under and after such a name are folded in, and the bad ones set aside."""
    results = random_results(40, ["ada", "bob"]) + random_results(40, ["cyd", "dan"], seed=9, partition=1)
    odd = [results[20], results[60]]
    order = [results[:20], results[40:60], odd, results[21:40], results[61:]]
    for part in order:
        await (put_oddly(kafka, topics, *part) if part is odd else publish(kafka, topics, part))
    want = expected(results)
    async with running(stage(kafka, topics)) as part:
        await until(lambda: part.learners() == want.learners, "the table is not the fold")
    assert len(await read_all(kafka, topics, Topic.RESULTS_DLQ)) == 2
