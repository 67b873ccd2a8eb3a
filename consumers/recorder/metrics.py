"""The recorder's Prometheus metrics."""

from collections import Counter as Tally
from collections.abc import Mapping, Sequence
from typing import Final

from aiokafka import TopicPartition
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from emotionstream.history.entry import Entry
from emotionstream.history.tables import Table
from emotionstream.schemas.events import Rejection
from emotionstream.schemas.settings.recorder import WRITE_BUCKETS

_PREFIX: Final = "emotionstream_recorder_"


class RecorderMetrics:
    """One registry per recorder, so that several fit in one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.records = self._counter("records", "Records read", "topic")
        self.rows = self._counter("rows", "New rows in the history", "table")
        self.rejects = self._counter("rejects", "Rejections recorded", "stage", "kind")
        self.expired = self._counter("expired_texts", "Texts dropped at the end of their retention")
        self.away = self._counter("database_away", "Times that the database went away")
        self.write_seconds = Histogram(
            _PREFIX + "write_seconds",
            "Seconds from a batch taken to a batch kept",
            buckets=WRITE_BUCKETS,
            registry=self.registry,
        )
        self.database_up = Gauge(_PREFIX + "database_up", "1 while the database answers", registry=self.registry)
        self.lag = Gauge(_PREFIX + "lag", "Records not yet taken", ["topic", "partition"], registry=self.registry)

    def note_batch(self, topics: Sequence[str], entries: Sequence[Entry], fresh: Mapping[Table, int]) -> None:
        """A batch of records of ``topics`` was kept as ``entries``, of which ``fresh`` were new."""
        for topic, records in Tally(topics).items():
            self.records.labels(topic).inc(records)
        for table, rows in fresh.items():
            self.rows.labels(table.value).inc(rows)
        for entry in entries:
            if isinstance(entry.event, Rejection):
                self.rejects.labels(entry.event.stage, entry.event.kind.value).inc()

    def note_lag(self, lag: Mapping[TopicPartition, int]) -> None:
        """Lag by partition; partitions that are no longer ours vanish."""
        self.lag.clear()
        for partition, records in lag.items():
            self.lag.labels(partition.topic, str(partition.partition)).set(records)

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(_PREFIX + name, about, labels, registry=self.registry)
