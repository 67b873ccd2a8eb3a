"""How topics are named, split and kept."""

from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from emotionstream.schemas.settings.base import Settings


class TopicSettings(Settings):
    """Names, partitions and retention of the topics. All topics have the same number of partitions."""

    model_config = SettingsConfigDict(env_prefix="EMOTIONSTREAM_TOPICS_")
    part: ClassVar[str] = "topics"

    prefix: str = Field(
        default="",
        max_length=100,
        pattern=r"^[A-Za-z0-9._-]*$",
        description="before every topic name, group and transactional id: several installations on one broker",
    )
    partitions: int = Field(
        default=6,
        ge=1,
        le=1_000,
        description="partitions of every topic: the most workers that can share the load",
    )
    replication_factor: int = Field(default=1, ge=1, le=9, description="copies of each partition; 3 on a real cluster")
    min_insync_replicas: int = Field(
        default=1,
        ge=1,
        le=9,
        description="copies that must have a record before it is acknowledged; 2 of 3 on a real cluster",
    )
    chat_retention_hours: int = Field(
        default=168,
        ge=1,
        le=87_600,
        description="hours; text is kept short on the wire (7 days, Kafka's default)",
    )
    results_retention_hours: int = Field(default=720, ge=1, le=87_600, description="hours; 30 days")
    interventions_retention_hours: int = Field(
        default=2_160, ge=1, le=87_600, description="hours; 90 days, a school term"
    )
    outcomes_retention_hours: int = Field(default=2_160, ge=1, le=87_600, description="hours; 90 days, a school term")
    dlq_retention_hours: int = Field(
        default=336, ge=1, le=87_600, description="hours; 14 days to look at what was rejected; it holds text"
    )
    retention_pieces: int = Field(
        default=7,
        ge=1,
        le=100,
        description="pieces that a topic's retention is cut into: Kafka drops whole pieces, so a record may stay one "
        "piece longer. 7: text is gone after 8 days at the latest; Kafka's default, a week, would make that 14",
    )
    changelog_compaction_hours: int = Field(
        default=168,
        ge=1,
        le=87_600,
        description="hours after which the changelog is compacted at the latest, so that older states, also of an "
        "erased learner, are gone; a week. Kafka's default has no limit",
    )
    changelog_segment_bytes: int = Field(
        default=16_777_216,
        ge=1_048_576,
        le=1_073_741_824,
        description="bytes; Kafka compacts the changelog but for its newest segment, and a restart of the state stage "
        "reads it all: 16 MB are some 20,000 states a partition, Kafka's default of 1 GB would be over a million",
    )
    max_message_bytes: int = Field(
        default=1_048_576,
        ge=16_384,
        le=16_777_216,
        description="bytes; largest record, about Kafka's default",
    )
