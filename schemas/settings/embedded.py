"""How the embedded Kafka and PostgreSQL are fetched, where they keep their data, and what they may use."""

from pathlib import Path
from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from emotionstream.schemas.settings.base import Settings


class EmbeddedSettings(Settings):
    """The embedded services. Used only where KAFKA_BOOTSTRAP_SERVERS or DATABASE_URL is not set."""

    model_config = SettingsConfigDict(env_prefix="EMOTIONSTREAM_EMBEDDED_")
    part: ClassVar[str] = "embedded"

    folder: Path = Field(
        default=Path(".emotionstream"), description="folder of the data, of the logs and of run.json; made when missing"
    )
    cache: Path | None = Field(
        default=None, description="folder of Kafka's jars; unset: `emotionstream` in the user's cache folder"
    )
    maven_repository: str | None = Field(
        default=None, pattern=r"^https?://", description="URL of a Maven repository; unset: Maven's central one"
    )
    download_threads: int = Field(default=8, ge=1, le=32, description="jars fetched at once; 8 take about 10 s")
    download_timeout_seconds: int = Field(
        default=30, ge=1, le=600, description="seconds without an answer before a download is tried again"
    )
    download_attempts: int = Field(default=3, ge=1, le=20, description="tries for each jar")
    kafka_port: int = Field(default=0, ge=0, le=65_535, description="port on 127.0.0.1; 0: a free one, kept if it can")
    kafka_heap_mb: int = Field(
        default=512, ge=128, le=65_536, description="MiB; most Java heap of Kafka, which takes about 340 MiB in all"
    )
    kafka_internal_partitions: int = Field(
        default=4, ge=1, le=50, description="partitions of Kafka's own topics; few start faster"
    )
    postgres_connections: int = Field(default=60, ge=10, le=1_000, description="most connections to PostgreSQL")
    postgres_buffers_mb: int = Field(default=128, ge=16, le=65_536, description="MiB; PostgreSQL's own default")
    min_free_mb: int = Field(
        default=512, ge=0, le=1_048_576, description="MiB that must be free in the folder to start; below, Kafka fails"
    )
    start_seconds: float = Field(
        default=60.0, ge=1.0, le=600.0, description="seconds a service may take to answer; 3 on an idle machine"
    )
    stop_seconds: float = Field(
        default=20.0, ge=0.1, le=600.0, description="seconds a service may take to end before it is killed"
    )
