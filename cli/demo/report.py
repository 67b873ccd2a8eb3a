"""What the demo found, as one object."""

from pydantic import BaseModel, Field

from emotionstream.cli.demo.tally import Tally, percentile
from emotionstream.schemas.events import ModelInfo


class Percentiles(BaseModel):
    """Milliseconds; None where nothing was measured."""

    p50: float | None
    p95: float | None
    p99: float | None


class Latency(BaseModel):
    """From the publisher's acknowledged send to the record read by a subscriber."""

    to_result: Percentiles
    to_intervention: Percentiles


class EngineReport(BaseModel):
    """What scored the messages, as the results themselves say."""

    backend: str
    model: str
    version: str
    device: str
    fingerprint: str = Field(description="backend, its version, precision, processor features")

    @classmethod
    def of(cls, model: ModelInfo | None) -> "EngineReport":
        """From a result's model; its fingerprint begins with ``backend-version/precision/device``."""
        if model is None:
            return cls(backend="none", model="none", version="none", device="none", fingerprint="none")
        backend, _, device = [*model.engine.split("/"), "", ""][:3]
        return cls(
            backend=backend.partition("-")[0],
            model=model.name,
            version=model.version,
            device=device,
            fingerprint=model.engine,
        )


class ServiceReport(BaseModel):
    """One of the two stores."""

    version: str
    embedded: bool


class DemoReport(BaseModel):
    """Counted from what came out of Kafka and PostgreSQL."""

    fast: bool = Field(default=False, description="sent all at once: latencies are then mostly the wait in the queue")
    run: str = Field(description="what the ids of this run's users, sessions and messages end in")
    published: int = Field(description="learner messages that Kafka acknowledged")
    context_messages: int = Field(description="tutors' messages that Kafka acknowledged: recorded, not scored")
    results: int = Field(description="learner messages with a result in Kafka")
    duplicates: int = Field(description="results in Kafka beyond the first of a message")
    rejected: int = Field(description="messages of this run in the dead-letter topic")
    history_rows: int = Field(description="results of this run in PostgreSQL")
    history_messages: int = Field(description="messages of this run in PostgreSQL, learners' and tutors'")
    history_interventions: int = Field(description="interventions of this run in PostgreSQL")
    interventions: dict[str, int] = Field(description="interventions in Kafka, by level")
    latency_ms: Latency
    messages_per_second: float = Field(description="results over the seconds from the first send to the last result")
    engine: EngineReport
    kafka: ServiceReport
    postgres: ServiceReport
    seconds: float = Field(default=0.0, description="the whole run, start and stop of all parts included")

    @property
    def whole(self) -> bool:
        """Whether every learner message is in Kafka and in PostgreSQL exactly once."""
        once = self.results + self.rejected == self.published and not self.duplicates
        kept = self.history_messages == self.published - self.rejected + self.context_messages
        return once and kept and self.history_rows == self.results


def latency(tally: Tally) -> Latency:
    """The percentiles of both waits."""
    return Latency(to_result=_percentiles(tally.to_result()), to_intervention=_percentiles(tally.to_intervention()))


def pace(tally: Tally, first_send: float) -> float:
    """Results a second, from the first send to the last first result."""
    took = max(tally.results.values(), default=first_send) - first_send
    return round(len(tally.results) / took, 1) if took > 0 else 0.0


def _percentiles(seconds: list[float]) -> Percentiles:
    def at(share: float) -> float | None:
        value = percentile(seconds, share)
        return None if value is None else round(value * 1000, 1)

    return Percentiles(p50=at(0.5), p95=at(0.95), p99=at(0.99))
