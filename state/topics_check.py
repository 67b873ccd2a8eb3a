"""Whether the topics that the state stage needs are there, before anything waits for them in vain."""

from contextlib import suppress
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import (
    CoordinatorLoadInProgressError,
    CoordinatorNotAvailableError,
    GroupAuthorizationFailedError,
    KafkaError,
    TopicAuthorizationFailedError,
)

from emotionstream.schemas.errors import RIGHTS, ServiceUnavailableError, TopicMismatchError
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Group, Topic, group_name, topic_name

NEEDED: Final = (Topic.RESULTS, Topic.RESULTS_DLQ, Topic.INTERVENTIONS, Topic.LEARNERS_CHANGELOG)


async def check_topics(kafka: KafkaSettings, topics: TopicSettings) -> None:
    """Look whether each topic exists, all with the same number of partitions.

    Raises:
        ServiceUnavailableError: Kafka does not answer, or refuses us.
        TopicMismatchError: a topic is missing, or has another number of partitions than the results topic.
    """
    names = [topic_name(topic, topics) for topic in NEEDED]
    admin = AIOKafkaAdminClient(**kafka.client_options())
    try:
        await admin.start()
        described = await admin.describe_topics(names)
        with suppress(CoordinatorNotAvailableError, CoordinatorLoadInProgressError):  # It passes by itself.
            await admin.find_coordinator(group_name(Group.STATE, topics))
    except GroupAuthorizationFailedError as error:
        raise ServiceUnavailableError(
            f"Kafka does not let this user join the group {group_name(Group.STATE, topics)}: {RIGHTS}"
        ) from error
    except KafkaError as error:
        raise ServiceUnavailableError(
            f"Kafka at {kafka.bootstrap_servers} does not answer: {error}. Start it, or correct KAFKA_BOOTSTRAP_SERVERS"
        ) from error
    finally:
        await admin.close()
    refused = [topic["topic"] for topic in described if topic["error_code"] == TopicAuthorizationFailedError.errno]
    if refused:
        raise ServiceUnavailableError(f"Kafka does not let this user reach {', '.join(refused)}: {RIGHTS}")
    _compare({topic["topic"]: len(topic["partitions"]) for topic in described if not topic["error_code"]}, names)


def _compare(partitions: dict[str, int], names: list[str]) -> None:
    missing = [name for name in names if name not in partitions]
    if missing:
        raise TopicMismatchError(f"no topic {', '.join(missing)}: run `emotionstream topics apply`")
    if len(set(partitions.values())) > 1:
        counts = ", ".join(f"{name} has {count}" for name, count in sorted(partitions.items()))
        raise TopicMismatchError(f"topics must have equal partition counts: {counts}. See `emotionstream topics plan`")
