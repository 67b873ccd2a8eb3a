"""The topic catalogue, as data."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from emotionstream.schemas.dead_letters import dead_letter_bytes
from emotionstream.schemas.events import ChatMessage, EmotionResult, Event, Intervention, InterventionOutcome
from emotionstream.schemas.settings.topics import TopicSettings

_MS_PER_HOUR: Final = 3_600_000


class Topic(StrEnum):
    """The topics, by their name without prefix."""

    CHAT = "chat.messages.v1"
    CHAT_DLQ = "chat.messages.v1.dlq"
    RESULTS = "emotion.results.v1"
    RESULTS_DLQ = "emotion.results.v1.dlq"
    INTERVENTIONS = "emotion.interventions.v1"
    OUTCOMES = "intervention.outcomes.v1"
    LEARNERS_CHANGELOG = "emotionstream-state-learners-changelog"


class Group(StrEnum):
    """Consumer groups, by their name without prefix. The state stage's is also Faust's application id."""

    WORKER = "emotionstream-worker"
    STATE = "emotionstream-state"
    RECORDER = "emotionstream-recorder"


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """What a topic should be. ``config`` holds Kafka's topic settings by Kafka's names."""

    name: str
    partitions: int
    replication_factor: int
    key: str
    event: type[Event] | None
    about: str
    config: dict[str, str] = field(default_factory=dict)


def topic_name(topic: Topic, settings: TopicSettings) -> str:
    """The topic's full name on the broker."""
    return settings.prefix + topic.value


def group_name(group: Group, settings: TopicSettings) -> str:
    """The consumer group's full name on the broker."""
    return settings.prefix + group.value


def catalogue(settings: TopicSettings) -> dict[Topic, TopicSpec]:
    """Every topic of the system."""
    kept = {
        Topic.CHAT: settings.chat_retention_hours,
        Topic.CHAT_DLQ: settings.dlq_retention_hours,
        Topic.RESULTS: settings.results_retention_hours,
        Topic.RESULTS_DLQ: settings.dlq_retention_hours,
        Topic.INTERVENTIONS: settings.interventions_retention_hours,
        Topic.OUTCOMES: settings.outcomes_retention_hours,
    }
    return {topic: _spec(topic, settings, kept.get(topic)) for topic in Topic}


_ABOUT: Final[dict[Topic, tuple[type[Event] | None, str]]] = {
    Topic.CHAT: (ChatMessage, "what was said; short retention, holds text"),
    Topic.CHAT_DLQ: (None, "chat records that could not be used, as they came, with the reason in headers"),
    Topic.RESULTS: (EmotionResult, "what the model says of each learner message"),
    Topic.RESULTS_DLQ: (None, "result records that the state stage could not use"),
    Topic.INTERVENTIONS: (Intervention, "a learner needs help"),
    Topic.OUTCOMES: (InterventionOutcome, "whether an intervention helped"),
    Topic.LEARNERS_CHANGELOG: (None, "changelog of the learner table, compacted"),
}


_DEAD_LETTERS: Final = (Topic.CHAT_DLQ, Topic.RESULTS_DLQ)


def _spec(topic: Topic, settings: TopicSettings, hours: int | None) -> TopicSpec:
    event, about = _ABOUT[topic]
    largest = dead_letter_bytes(settings) if topic in _DEAD_LETTERS else settings.max_message_bytes
    config = {
        "max.message.bytes": str(largest),
        "min.insync.replicas": str(settings.min_insync_replicas),
        # The broker's clock, so that a record's timestamp orders logs that were deleted and made anew.
        "message.timestamp.type": "LogAppendTime" if topic is Topic.CHAT else "CreateTime",
    }
    if hours is None:
        config |= {
            "cleanup.policy": "compact",
            "segment.bytes": str(settings.changelog_segment_bytes),
            "max.compaction.lag.ms": str(settings.changelog_compaction_hours * _MS_PER_HOUR),
        }
    else:
        kept = hours * _MS_PER_HOUR
        config |= {
            "cleanup.policy": "delete",
            "retention.ms": str(kept),
            "segment.ms": str(kept // settings.retention_pieces),
        }
    return TopicSpec(
        name=topic_name(topic, settings),
        partitions=settings.partitions,
        replication_factor=settings.replication_factor,
        key="user_id",
        event=event,
        about=about,
        config=config,
    )
