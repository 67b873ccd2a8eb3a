"""What the state stage counts, for Prometheus."""

from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from emotionstream.schemas.settings.table import TableSettings
from emotionstream.state.turn import Turn


class StateMetrics:
    """Counters of one state stage, in a registry of their own."""

    def __init__(self, settings: TableSettings) -> None:
        self.registry = CollectorRegistry()
        self.messages = self._counter("messages", "Records read from the results topic")
        self.interventions = self._counter("interventions", "Interventions raised", "level")
        self.repeats = self._counter("repeats", "Results that were known already")
        self.late = self._counter("late", "Results older than the learner's last, folded in with no elapsed time")
        self.new_logs = self._counter("new_logs", "Learners whose chat topic was made anew")
        self.rejected = self._counter("rejected", "Records sent to the dead-letter topic", "kind")
        self.erased = self._counter("erased", "Learners forgotten by a tombstone")
        self.recovery = Gauge(
            "emotionstream_state_recovery_seconds",
            "Seconds from the start until the table was rebuilt",
            registry=self.registry,
        )
        self.recovery_position = Gauge(
            "emotionstream_state_recovery_position",
            "Offsets of the changelog that were passed to rebuild the table, all partitions together",
            registry=self.registry,
        )
        self.lag = Gauge("emotionstream_state_lag", "Results waiting", ["partition"], registry=self.registry)
        self.end_to_end = Histogram(
            "emotionstream_state_end_to_end_seconds",
            "Seconds from sent_at until the result was folded in and any intervention acknowledged",
            buckets=settings.latency_buckets,
            registry=self.registry,
        )

    def count(self, turn: Turn, now: datetime) -> None:
        """Count what one record did, at the time ``now``."""
        self.messages.inc()
        self.erased.inc(turn.erase)
        if turn.rejection is not None:
            self.rejected.labels(turn.rejection.kind.value).inc()
        if turn.step is None or turn.result is None:
            return
        self.repeats.inc(turn.step.seen_before)
        self.late.inc(turn.step.late)
        self.new_logs.inc(turn.step.new_log)
        if turn.step.intervention is not None:
            self.interventions.labels(turn.step.intervention.level.value).inc()
        if not turn.step.seen_before:
            self.end_to_end.observe(max(0.0, (now - turn.result.sent_at).total_seconds()))

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(f"emotionstream_state_{name}", about, labels, registry=self.registry)
