"""A started Kafka consumer that knows where it begins, with or without a consumer group."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import (
    IllegalStateError,
    KafkaConnectionError,
    KafkaError,
    NoError,
    UnknownTopicOrPartitionError,
    for_code,
)
from aiokafka.structs import TopicPartition

from emotionstream.consumers.leaving import leave
from emotionstream.schemas.errors import RIGHTS, ServiceUnavailableError, TopicMismatchError
from emotionstream.schemas.header_names import accept_any_header_name
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.subscriber import SubscriberSettings


@asynccontextmanager
async def open_reader(
    topics: Sequence[str],
    kafka: KafkaSettings,
    settings: SubscriberSettings,
    *,
    group: str | None = None,
    from_beginning: bool = False,
    listener: ConsumerRebalanceListener | None = None,
) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer of committed records of ``topics``, whose start is settled: what is published from now on is read.

    Without ``group`` it reads every partition. A group goes on where it committed; ``from_beginning`` then only says
    where it starts the first time. Nothing is committed automatically.

    Raises:
        SettingsError: no broker is named.
        ServiceUnavailableError: Kafka does not answer, or refuses.
        TopicMismatchError: a topic is not there.
    """
    await require_topics(topics, kafka)
    accept_any_header_name()
    consumer = AIOKafkaConsumer(
        **kafka.client_options(),
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest" if from_beginning else "latest",
        isolation_level="read_committed",
        max_poll_records=settings.max_poll_records,
        fetch_max_wait_ms=settings.fetch_max_wait_ms,
        session_timeout_ms=settings.session_timeout_ms,
        heartbeat_interval_ms=settings.heartbeat_interval_ms,
        max_poll_interval_ms=settings.max_poll_interval_ms,
    )
    consumer.subscribe(topics=list(topics), listener=listener)
    try:
        await _start(consumer, group)
        yield consumer
    finally:
        await leave(consumer, settings.close_seconds)


async def require_topics(topics: Sequence[str], kafka: KafkaSettings, *, same_partitions: bool = False) -> None:
    """See that ``topics`` are there: a consumer would wait for a missing one in silence.

    Raises:
        ServiceUnavailableError: Kafka does not answer, or refuses.
        TopicMismatchError: names the topics that are missing, or with ``same_partitions`` those that have not equally
            many.
    """
    admin = AIOKafkaAdminClient(**kafka.client_options())
    try:
        await admin.start()
        described = await admin.describe_topics(list(topics))
    except (KafkaConnectionError, OSError) as error:
        raise ServiceUnavailableError(
            f"Kafka does not answer at {kafka.bootstrap_servers}: start it, or correct KAFKA_BOOTSTRAP_SERVERS"
        ) from error
    except KafkaError as error:
        raise refused(error) from error
    finally:
        await admin.close()
    judge_topics(described, same_partitions)


def judge_topics(described: Sequence[Mapping[str, Any]], same_partitions: bool = False) -> None:
    """See that the broker has what it was asked to describe (as ``AIOKafkaAdminClient.describe_topics``). Pure.

    Raises:
        ServiceUnavailableError, TopicMismatchError: as ``require_topics`` says.
    """
    errors = {topic["topic"]: for_code(topic["error_code"]) for topic in described}
    missing = [name for name, error in errors.items() if error is UnknownTopicOrPartitionError]
    if missing:
        raise TopicMismatchError(
            f"topic {', '.join(missing)} is not on the broker: run `emotionstream topics apply`, "
            "or check EMOTIONSTREAM_TOPICS_PREFIX"
        )
    for name, error in errors.items():
        # One that passes by itself, such as a leader that is being elected, is waited for by the consumer.
        if error is not NoError and not error.retriable:
            raise refused(error(name))
    counts = {topic["topic"]: len(topic["partitions"]) for topic in described if errors[topic["topic"]] is NoError}
    if same_partitions and len(set(counts.values())) > 1:
        told = ", ".join(f"{name}: {count}" for name, count in counts.items())
        raise TopicMismatchError(f"all topics must have equally many partitions, to keep a learner's order; {told}")


def refused(error: KafkaError) -> ServiceUnavailableError:
    """What a client error means to a reader, and what to do."""
    return ServiceUnavailableError(
        f"reading from Kafka failed ({type(error).__name__}): check the broker, KAFKA_SECURITY_PROTOCOL, the "
        f"credentials and this user's rights ({RIGHTS})"
    )


async def _start(consumer: AIOKafkaConsumer, group: str | None) -> None:
    try:
        await consumer.start()
        for partition in consumer.assignment():
            await _settle(consumer, partition, group)
    except IllegalStateError:
        # A rebalance came between: the new assignment's positions are settled by the consumer itself.
        return
    except KafkaError as error:
        raise refused(error) from error


async def _settle(consumer: AIOKafkaConsumer, partition: TopicPartition, group: str | None) -> None:
    position = await consumer.position(partition)
    if group is not None and await consumer.committed(partition) is None:
        # Else a member that ends before its first commit would start at another "now" and miss what came between.
        await consumer.commit({partition: position})
