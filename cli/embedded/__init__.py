"""A real Kafka and a real PostgreSQL as child processes of ours."""

from emotionstream.cli.embedded.kafka import EmbeddedKafka
from emotionstream.cli.embedded.postgres import EmbeddedPostgres

__all__ = ["EmbeddedKafka", "EmbeddedPostgres"]
