"""ChatPublisher against a real broker."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.structs import ConsumerRecord
from examples import chat_message
from suspension import suspended

from emotionstream.cli.embedded import EmbeddedKafka
from emotionstream.producers.chat import ChatPublisher, Published
from emotionstream.schemas.cloudevents import header
from emotionstream.schemas.decode import decode_chat
from emotionstream.schemas.errors import (
    InvalidMessageError,
    PublishError,
    ServiceUnavailableError,
    SettingsError,
    TopicMismatchError,
)
from emotionstream.schemas.events import ChatMessage
from emotionstream.schemas.position import Record, SourcePosition
from emotionstream.schemas.settings.intake import IntakeSettings
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.publisher import Compression, PublisherSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Topic, topic_name


def publisher(kafka: str, topics: TopicSettings, **settings: object) -> ChatPublisher:
    return ChatPublisher(KafkaSettings(bootstrap_servers=kafka), topics, PublisherSettings(**settings))


async def read(kafka: str, topics: TopicSettings, count: int) -> list[ConsumerRecord]:
    """The first ``count`` records of the chat topic, in order within each partition."""
    topic = topic_name(Topic.CHAT, topics)
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=kafka, auto_offset_reset="earliest", group_id=None)
    await consumer.start()
    try:
        return [await anext(consumer) for _ in range(count)]
    finally:
        await consumer.stop()


def position_of(record: ConsumerRecord) -> SourcePosition:
    return SourcePosition(
        topic=record.topic, partition=record.partition, offset=record.offset, timestamp_ms=record.timestamp
    )


async def test_a_published_message_is_read_back_as_sent(kafka: str, topics: TopicSettings) -> None:
    """Key, value, CloudEvents headers and the position returned are those of the record that is read."""
    message = chat_message(engagement=0.25, text="Zoë 🧮 مرحبا")
    async with publisher(kafka, topics) as chat:
        position = await chat.publish(message, traceparent="00-trace")
    (record,) = await read(kafka, topics, 1)
    assert position == position_of(record)
    assert record.key == b"ada"
    assert ChatMessage.model_validate_json(record.value) == message
    assert header(record.headers, "ce_id") == b"m-1"
    assert header(record.headers, "ce_type") == ChatMessage.ce_type.encode()
    assert header(record.headers, "traceparent") == b"00-trace"
    assert decode_chat(Record(position, record.key, record.value, tuple(record.headers)), IntakeSettings()) == message


async def test_a_mapping_with_json_values_is_a_message(kafka: str, topics: TopicSettings) -> None:
    """What was parsed from JSON can be published as it is, also with a field that is None."""
    fields = {**chat_message().model_dump(mode="json"), "engagement": None}
    async with publisher(kafka, topics) as chat:
        await chat.publish(fields)
    (record,) = await read(kafka, topics, 1)
    assert ChatMessage.model_validate_json(record.value) == chat_message()


@pytest.mark.parametrize("compression", list(Compression))
async def test_every_compression_can_be_read(kafka: str, topics: TopicSettings, compression: Compression) -> None:
    """Each codec that can be chosen works with the packages of the core installation."""
    async with publisher(kafka, topics, compression=compression) as chat:
        await chat.publish(chat_message(text="a" * 5_000))
    (record,) = await read(kafka, topics, 1)
    assert len(record.value) > 5_000


async def test_one_learners_messages_share_a_partition_in_order(kafka: str, topics: TopicSettings) -> None:
    """Messages of a user lie in one partition in the order of publish_many, whoever else publishes."""
    messages = [chat_message(message_id=f"m-{i}", user_id=f"u-{i % 5}") for i in range(200)]
    async with publisher(kafka, topics) as chat:
        results = [result async for result in chat.publish_many(messages)]
    assert [result.index for result in results] == list(range(200))
    places: dict[str, set[int]] = {}
    order: dict[str, list[str]] = {}
    for record in await read(kafka, topics, 200):
        message = ChatMessage.model_validate_json(record.value)
        places.setdefault(message.user_id, set()).add(record.partition)
        order.setdefault(message.user_id, []).append(message.message_id)
    assert all(len(partitions) == 1 for partitions in places.values())
    assert order == {f"u-{u}": [f"m-{i}" for i in range(u, 200, 5)] for u in range(5)}


async def test_a_bad_message_is_a_value_and_the_rest_goes_on(kafka: str, topics: TopicSettings) -> None:
    """publish_many gives an error for each bad message, a position for each good one, in order."""
    good = chat_message()
    bad = {**good.model_dump(mode="json"), "user_id": ""}
    async with publisher(kafka, topics) as chat:
        results = [result async for result in chat.publish_many([good, bad, good])]
    assert [result.position is not None for result in results] == [True, False, True]
    assert isinstance(results[1].error, InvalidMessageError)
    assert "user_id" in str(results[1].error)


async def test_many_results_wait_within_the_window(kafka: str, topics: TopicSettings) -> None:
    """However slowly results are taken, the source is read no further ahead than max_in_flight and a few."""
    pulled = 0

    def source() -> Iterator[ChatMessage]:
        nonlocal pulled
        for i in range(500):
            pulled += 1
            yield chat_message(message_id=f"m-{i}")

    async with publisher(kafka, topics, max_in_flight=10) as chat:
        taken = 0
        async for _ in chat.publish_many(source()):
            taken += 1
            assert pulled <= taken + 10 + 1
    assert taken == pulled == 500


async def test_results_come_while_the_source_is_idle(kafka: str, topics: TopicSettings) -> None:
    """A person who types one line sees its result before typing the next."""
    seen: list[Published] = []
    first = asyncio.Event()

    async def source() -> AsyncIterator[ChatMessage]:
        yield chat_message(message_id="m-1")
        await first.wait()
        yield chat_message(message_id="m-2")

    async with publisher(kafka, topics) as chat:
        async for result in chat.publish_many(source()):
            seen.append(result)
            first.set()
    assert [result.message and result.message.message_id for result in seen] == ["m-1", "m-2"]


async def test_an_error_of_the_source_comes_after_the_results_before_it(kafka: str, topics: TopicSettings) -> None:
    """What was read before the source failed is published and told, then the source's own error is raised."""

    def source() -> Iterator[ChatMessage]:
        yield chat_message()
        raise OSError("disk gone")

    results = []
    async with publisher(kafka, topics) as chat:
        with pytest.raises(OSError, match="disk gone"):
            async for result in chat.publish_many(source()):
                results.append(result)
    assert [result.position is not None for result in results] == [True]


async def test_leaving_early_ends_the_reading(kafka: str, topics: TopicSettings) -> None:
    """A generator that is closed with a full window ends its reader instead of waiting for ever."""
    messages = (chat_message(message_id=f"m-{i}") for i in range(10_000))
    async with publisher(kafka, topics, max_in_flight=5) as chat:
        results = chat.publish_many(messages)
        await anext(results)
        await results.aclose()


async def test_a_message_from_the_future_is_refused_before_it_is_sent(kafka: str, topics: TopicSettings) -> None:
    """The worker's own rules hold at the publisher: a clock that is a day ahead is told at once."""
    async with publisher(kafka, topics) as chat:
        with pytest.raises(InvalidMessageError, match="sent_at"):
            await chat.publish(chat_message(sent_at=datetime.now(tz=UTC) + timedelta(days=1)))


async def test_a_record_beyond_the_request_limit_is_invalid(kafka: str, topics: TopicSettings) -> None:
    """A record larger than the client sends is the message's fault, and the error says which settings hold it."""
    async with publisher(kafka, topics, max_request_bytes=16_384) as chat:
        with pytest.raises(InvalidMessageError, match="MAX_REQUEST_BYTES"):
            await chat.publish(chat_message(text="ab" * 10_000))


async def test_a_missing_topic_is_named(kafka: str) -> None:
    """Without its topic the publisher does not open, and says how to make it."""
    with pytest.raises(TopicMismatchError, match=r"nowhere\.chat\.messages\.v1.*topics apply"):
        async with publisher(kafka, TopicSettings(prefix="nowhere."), topic_wait_seconds=0.5):
            pass


async def test_a_broker_that_does_not_answer_is_named(topics: TopicSettings) -> None:
    """Nobody listens: the error names the address and the variable, and nothing is left open."""
    with pytest.raises(ServiceUnavailableError, match=r"127\.0\.0\.1:9.*KAFKA_BOOTSTRAP_SERVERS"):
        async with publisher("127.0.0.1:9", topics):
            pass


async def test_no_broker_named_is_a_settings_error(topics: TopicSettings) -> None:
    """The error names the variable and the command that starts a broker."""
    with pytest.raises(SettingsError, match=r"KAFKA_BOOTSTRAP_SERVERS.*emotionstream up"):
        async with ChatPublisher(KafkaSettings(), topics, PublisherSettings()):
            pass


async def test_an_unacknowledged_message_fails_in_time(
    kafka_service: EmbeddedKafka, kafka: str, topics: TopicSettings
) -> None:
    """With the broker stopped mid-way, publish gives up after the delivery time-out and says what to do."""
    pid = kafka_service.pid
    assert pid is not None
    async with publisher(kafka, topics, delivery_timeout_seconds=2.0) as chat:
        await chat.publish(chat_message())
        async with suspended(pid):
            with pytest.raises(PublishError, match="same message id"):
                await chat.publish(chat_message())


async def test_many_unacknowledged_messages_fail_together(
    kafka_service: EmbeddedKafka, kafka: str, topics: TopicSettings
) -> None:
    """The time-out counts from each message's own sending: a hundred do not take a hundred time-outs."""
    pid = kafka_service.pid
    assert pid is not None
    async with publisher(kafka, topics, delivery_timeout_seconds=2.0) as chat:
        await chat.publish(chat_message())
        async with suspended(pid), asyncio.timeout(20):
            results = [result async for result in chat.publish_many([chat_message()] * 100)]
    assert all(isinstance(result.error, PublishError) for result in results)
    assert len(results) == 100
