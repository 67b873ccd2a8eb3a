"""The worker's Prometheus metrics."""

import time
from collections import Counter as Counts
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Enum, Gauge, Histogram
from purgatory.domain.model import CLOSED, HALF_OPENED, OPENED

from emotionstream.consumers.emotion_worker.item import Item
from emotionstream.consumers.emotion_worker.outcome import Outgoing
from emotionstream.schemas.events import Rejection
from emotionstream.schemas.settings.worker import END_TO_END_BUCKETS, FILL_BUCKETS, STAGE_BUCKETS, TOKEN_BUCKETS

_PREFIX: Final = "emotionstream_worker_"
_BREAKER_STATES: Final = [CLOSED, HALF_OPENED, OPENED]


class WorkerMetrics:
    """One registry per worker, so that several fit in one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.messages = self._counter("messages", "Messages delivered", "outcome")
        self.rejects = self._counter("rejects", "Messages sent to the dead-letter topic", "kind")
        self.transactions = self._counter("transactions", "Transactions of a partition's results and offset", "outcome")
        self.device_failures = self._counter("device_failures", "Device failures, as the circuit breaker counts them")
        self.batch_tokens = self._histogram("batch_tokens", "Tokens of a device batch", TOKEN_BUCKETS)
        self.batch_fill = self._histogram("batch_fill", "Share of a device batch that is not padding", FILL_BUCKETS)
        self.stage_seconds = self._histogram(
            "stage_seconds", "Seconds of one stage of one batch", STAGE_BUCKETS, "stage"
        )
        self.end_to_end_seconds = self._histogram(
            "end_to_end_seconds", "Seconds from sent_at to the acknowledged result", END_TO_END_BUCKETS
        )
        self.in_flight = Gauge(_PREFIX + "in_flight", "Messages taken, not yet delivered", registry=self.registry)
        self.lag = Gauge(_PREFIX + "lag", "Records not yet taken", ["partition"], registry=self.registry)
        self.breaker_state = Enum(
            _PREFIX + "breaker_state", "Circuit breaker", states=_BREAKER_STATES, registry=self.registry
        )

    def note_batch(self, lengths: Sequence[int]) -> None:
        """A device batch of texts of these lengths, in tokens, padded to the longest, was scored."""
        tokens = sum(lengths)
        self.batch_tokens.observe(tokens)
        self.batch_fill.observe(tokens / (max(lengths) * len(lengths)))

    def note_load(self, in_flight: int, lag: Mapping[int, int]) -> None:
        """Messages in flight, and lag by partition; partitions that are no longer ours vanish."""
        self.in_flight.set(in_flight)
        self.lag.clear()
        for partition, records in lag.items():
            self.lag.labels(str(partition)).set(records)

    def note_delivered(self, items: Sequence[Item], outputs: Sequence[Outgoing], now: datetime) -> None:
        """``items`` were answered by ``outputs``, acknowledged at ``now``."""
        counts = Counts("rejected" if isinstance(output.event, Rejection) else "scored" for output in outputs)
        counts["skipped"] = len(items) - counts.total()
        for outcome, count in counts.items():
            self.messages.labels(outcome).inc(count)
        for output in outputs:
            if isinstance(output.event, Rejection):
                self.rejects.labels(output.event.kind.value).inc()
            else:
                self.end_to_end_seconds.observe((now - output.event.sent_at).total_seconds())

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time one stage."""
        started = time.perf_counter()
        yield
        self.stage_seconds.labels(name).observe(time.perf_counter() - started)

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(_PREFIX + name, about, labels, registry=self.registry)

    def _histogram(self, name: str, about: str, buckets: Sequence[float], *labels: str) -> Histogram:
        return Histogram(_PREFIX + name, about, labels, buckets=buckets, registry=self.registry)
