"""A producer whose records are acknowledged by all in-sync replicas, and what its errors mean."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    KafkaConnectionError,
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    RecordTooLargeError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)
from aiokafka.structs import RecordMetadata

from emotionstream.schemas.errors import (
    RIGHTS,
    EmotionStreamError,
    InvalidMessageError,
    PublishError,
    ServiceUnavailableError,
    TopicMismatchError,
)
from emotionstream.schemas.position import SourcePosition
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.publisher import Compression, PublisherSettings


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What Kafka will say of a record, and until when (in the event loop's time, seconds) that is waited for."""

    answer: asyncio.Future[RecordMetadata]
    deadline: float


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Key, value and headers of a record to send."""

    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


@asynccontextmanager
async def open_producer(
    kafka: KafkaSettings, topic: str, settings: PublisherSettings
) -> AsyncIterator[AIOKafkaProducer]:
    """A started producer for ``topic``. Closing waits for records on their way, within the settings' limit.

    Raises:
        SettingsError: no broker is named.
        ServiceUnavailableError: Kafka does not answer.
        TopicMismatchError: the topic is not there.
    """
    producer = AIOKafkaProducer(
        **kafka.client_options(),
        acks="all",
        enable_idempotence=True,
        compression_type=None if settings.compression is Compression.NONE else settings.compression.value,
        linger_ms=settings.linger_ms,
        max_batch_size=settings.batch_bytes,
        max_request_size=settings.max_request_bytes,
    )
    try:
        await _start(producer, kafka)
        await _require_topic(producer, topic, settings)
        yield producer
    finally:
        await _stop(producer, settings)


async def send(
    producer: AIOKafkaProducer, topic: str, record: Outgoing, settings: PublisherSettings
) -> Acknowledgement:
    """Hand ``record`` to the producer. It is on its way when this returns, not yet acknowledged.

    Raises:
        PublishError, InvalidMessageError, TopicMismatchError: as ``publish_failure`` says.
    """
    try:
        answer: asyncio.Future[RecordMetadata] = await producer.send(
            topic, record.value, key=record.key, headers=record.headers
        )
    except KafkaError as error:
        raise publish_failure(error) from error
    # Whoever gives up waiting leaves the outcome behind: taken here, asyncio does not complain of it.
    answer.add_done_callback(_take)
    return Acknowledgement(answer, asyncio.get_running_loop().time() + settings.delivery_timeout_seconds)


async def acknowledged(sent: Acknowledgement) -> SourcePosition:
    """Wait for Kafka's acknowledgement and return the record's position.

    Raises:
        PublishError, InvalidMessageError, TopicMismatchError: as ``publish_failure`` says.
    """
    try:
        # Shielded: what was handed to the producer is sent all the same, giving up on it must not cancel its batch.
        async with asyncio.timeout_at(sent.deadline):
            written = await asyncio.shield(sent.answer)
    except TimeoutError as error:
        raise PublishError(
            "Kafka did not acknowledge a record in time (EMOTIONSTREAM_PUBLISHER_DELIVERY_TIMEOUT_SECONDS): "
            "it may have arrived. Send it again with the same message id when the broker is back"
        ) from error
    except KafkaError as error:
        raise publish_failure(error) from error
    if written.offset < 0:
        raise PublishError("Kafka had this record already and no longer knows its position: do not send it again")
    return SourcePosition(
        topic=written.topic, partition=written.partition, offset=written.offset, timestamp_ms=written.timestamp
    )


def publish_failure(error: KafkaError) -> EmotionStreamError:
    """What a client error means to the publisher, and what to do. Never holds the record's content."""
    name = type(error).__name__
    if isinstance(error, MessageSizeTooLargeError | RecordTooLargeError | RecordListTooLargeError):
        return InvalidMessageError(
            f"the record is larger than Kafka takes ({name}): shorten the text, or raise "
            "EMOTIONSTREAM_TOPICS_MAX_MESSAGE_BYTES and EMOTIONSTREAM_PUBLISHER_MAX_REQUEST_BYTES"
        )
    if isinstance(error, UnknownTopicOrPartitionError):
        return TopicMismatchError("the topic is gone from the broker: run `emotionstream topics apply`")
    if isinstance(error, TopicAuthorizationFailedError):
        return PublishError(f"the broker refuses writes to the topic ({name}): {RIGHTS}")
    return PublishError(f"Kafka did not acknowledge a record ({name}): send it again with the same message id")


async def _start(producer: AIOKafkaProducer, kafka: KafkaSettings) -> None:
    try:
        await producer.start()
    except (KafkaConnectionError, OSError) as error:
        raise ServiceUnavailableError(
            f"Kafka does not answer at {kafka.bootstrap_servers}: start it, or correct KAFKA_BOOTSTRAP_SERVERS"
        ) from error
    except KafkaError as error:
        raise ServiceUnavailableError(
            f"Kafka at {kafka.bootstrap_servers} refuses us ({type(error).__name__}): "
            f"check KAFKA_SECURITY_PROTOCOL, the credentials and this user's rights ({RIGHTS})"
        ) from error


async def _require_topic(producer: AIOKafkaProducer, topic: str, settings: PublisherSettings) -> None:
    try:
        async with asyncio.timeout(settings.topic_wait_seconds):
            await producer.partitions_for(topic)
    except TopicAuthorizationFailedError as error:
        raise publish_failure(error) from error
    except (TimeoutError, KafkaError) as error:
        raise TopicMismatchError(
            f"topic {topic} is not on the broker: run `emotionstream topics apply`, "
            "or check EMOTIONSTREAM_TOPICS_PREFIX"
        ) from error


async def _stop(producer: AIOKafkaProducer, settings: PublisherSettings) -> None:
    try:
        async with asyncio.timeout(settings.close_timeout_seconds):
            await producer.stop()
    except TimeoutError:
        # An idempotent producer retries for ever and its stop() flushes first: with the broker gone, cut it off.
        await producer._sender.close()
        await producer.client.close()


def _take(answer: asyncio.Future[RecordMetadata]) -> None:
    if not answer.cancelled():
        answer.exception()
