"""All settings that the worker reads."""

from dataclasses import dataclass

from emotionstream.schemas.settings.intake import IntakeSettings
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.settings.worker import WorkerSettings


@dataclass(frozen=True, slots=True)
class WorkerConfig:
    """All settings that the worker reads."""

    kafka: KafkaSettings
    topics: TopicSettings
    intake: IntakeSettings
    worker: WorkerSettings
