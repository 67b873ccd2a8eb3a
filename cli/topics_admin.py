"""Compare the topic catalogue with a broker, and create what is missing. What exists is never changed."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import ClusterAuthorizationFailedError, KafkaError, TopicAuthorizationFailedError, for_code

from emotionstream.schemas.errors import RIGHTS, ServiceUnavailableError, TopicMismatchError
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import TopicSpec, catalogue

_PAUSE_SECONDS: Final = 0.05
_MS_PER_SECOND: Final = 1_000
_ALREADY_EXISTS: Final = 36
_NO_ERROR: Final = 0


class TopicStatus(StrEnum):
    """How a topic of the catalogue stands on the broker."""

    MISSING = "missing"
    FITS = "fits"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True)
class Existing:
    """A topic as it is on the broker."""

    partitions: int
    config: dict[str, str]


@dataclass(frozen=True, slots=True)
class TopicPlan:
    """One topic of the catalogue: how it stands, and each difference as (what, on the broker, in the catalogue)."""

    spec: TopicSpec
    status: TopicStatus
    differences: tuple[tuple[str, str, str], ...] = ()


def compare(spec: TopicSpec, existing: Existing | None) -> TopicPlan:
    """How ``spec`` stands where the broker has ``existing``. Pure. The number of copies is the operator's business."""
    if existing is None:
        return TopicPlan(spec, TopicStatus.MISSING)
    found = []
    if existing.partitions != spec.partitions:
        found.append(("partitions", str(existing.partitions), str(spec.partitions)))
    for name, wanted in spec.config.items():
        current = existing.config.get(name, "")
        if current != wanted:
            found.append((name, current, wanted))
    return TopicPlan(spec, TopicStatus.DIFFERS if found else TopicStatus.FITS, tuple(found))


async def plan_topics(kafka: KafkaSettings, topics: TopicSettings) -> list[TopicPlan]:
    """How every topic of the catalogue stands on the broker.

    Raises:
        ServiceUnavailableError: the broker does not answer.
    """
    specs = list(catalogue(topics).values())
    async with admin(kafka) as client:
        existing = await _describe(client, [spec.name for spec in specs])
    return [compare(spec, existing.get(spec.name)) for spec in specs]


async def apply_topics(kafka: KafkaSettings, topics: TopicSettings) -> list[TopicPlan]:
    """Create the missing topics; the plan as it was before, so that what was ``missing`` has been created.

    Raises:
        ServiceUnavailableError: the broker does not answer.
        TopicMismatchError: the broker refuses to create one.
    """
    plan = await plan_topics(kafka, topics)
    missing = [entry.spec for entry in plan if entry.status is TopicStatus.MISSING]
    if missing:
        async with admin(kafka) as client:
            response = await client.create_topics([_new_topic(spec) for spec in missing])
            _check(response.topic_errors)
            async with asyncio.timeout(kafka.request_timeout_ms / _MS_PER_SECOND):
                await _until_usable(client, {spec.name for spec in missing})
    return plan


@asynccontextmanager
async def admin(kafka: KafkaSettings) -> AsyncIterator[AIOKafkaAdminClient]:
    """A started admin client; what Kafka's client raises inside comes out as ServiceUnavailableError."""
    client = AIOKafkaAdminClient(**kafka.client_options())
    try:
        await client.start()
        async with asyncio.timeout(kafka.request_timeout_ms / _MS_PER_SECOND):
            await _until_brokers(client)
        yield client
    except (TopicAuthorizationFailedError, ClusterAuthorizationFailedError) as error:
        raise ServiceUnavailableError(f"Kafka refuses this user ({type(error).__name__}): {RIGHTS}") from error
    except (KafkaError, OSError, TimeoutError) as error:
        raise ServiceUnavailableError(
            f"Kafka at {kafka.bootstrap_servers} does not answer ({type(error).__name__}): "
            "start it, correct KAFKA_BOOTSTRAP_SERVERS, or run `emotionstream up`, which starts one"
        ) from error
    finally:
        await client.close()


async def _until_brokers(client: AIOKafkaAdminClient) -> None:
    """One that stood still, as when a laptop slept, lists no broker, itself neither, until it has registered again."""
    while not client._client.cluster.brokers():
        await client._client.force_metadata_update()
        await asyncio.sleep(_PAUSE_SECONDS)


def _new_topic(spec: TopicSpec) -> NewTopic:
    return NewTopic(
        name=spec.name,
        num_partitions=spec.partitions,
        replication_factor=spec.replication_factor,
        topic_configs=dict(spec.config),
    )


def _check(errors: Iterable[tuple[Any, ...]]) -> None:
    """aiokafka does not raise for a topic that was not created: the error stands in the answer."""
    # Created by another program meanwhile is as good.
    failed = [error for error in errors if error[1] not in (_NO_ERROR, _ALREADY_EXISTS)]
    for _, code, _ in failed:
        if for_code(code).retriable:
            raise for_code(code)
    if any(for_code(code) is TopicAuthorizationFailedError for _, code, _ in failed):
        raise TopicMismatchError(
            "this user may not create topics: `emotionstream topics acl --part operator` shows the rights that it takes"
        )
    refused = [f"{name}: {message or for_code(code).__name__}" for name, code, message in failed]
    if refused:
        raise TopicMismatchError(
            "the broker refuses to create topics: "
            + "; ".join(refused)
            + ". Correct EMOTIONSTREAM_TOPICS_* and apply again"
        )


async def _until_usable(client: AIOKafkaAdminClient, names: set[str]) -> None:
    """The controller has made them; a broker hears of it a moment later, and a client that comes first finds none."""
    while True:
        described = await client.describe_topics(sorted(names & set(await client.list_topics())))
        partitions = [part for topic in described for part in topic["partitions"]]
        if {topic["topic"] for topic in described} == names and all(part["leader"] >= 0 for part in partitions):
            return
        await asyncio.sleep(_PAUSE_SECONDS)


async def _describe(client: AIOKafkaAdminClient, names: list[str]) -> dict[str, Existing]:
    known = set(await client.list_topics()) & set(names)
    if not known:
        return {}
    described = {topic["topic"]: len(topic["partitions"]) for topic in await client.describe_topics(sorted(known))}
    configs = await describe_configs(client, sorted(known))
    return {name: Existing(described[name], configs.get(name, {})) for name in known}


async def describe_configs(client: AIOKafkaAdminClient, names: list[str]) -> dict[str, dict[str, str]]:
    """Topic -> its settings as they are in force, by Kafka's names."""
    answers = await client.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in names])
    found: dict[str, dict[str, str]] = {}
    for code, _, _, name, entries in (resource for answer in answers for resource in answer.resources):
        if code:
            raise for_code(code)(name)
        found[name] = {entry[0]: entry[1] for entry in entries}
    return found
