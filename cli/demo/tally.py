"""What went in and what came out, counted as it is read. No clock: every time is an argument, in seconds."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from emotionstream.schemas.affect import LEVELS, InterventionLevel
from emotionstream.schemas.events import ChatMessage, EmotionResult, Intervention, Role
from emotionstream.schemas.position import SourcePosition


@dataclass(slots=True)
class Tally:
    """Counts one run, by message id. Times are of one monotonic clock."""

    acknowledged: dict[str, float] = field(default_factory=dict)
    """Learner message -> when Kafka had it."""
    context: set[str] = field(default_factory=set)
    results: dict[str, float] = field(default_factory=dict)
    """Learner message -> when its first result was read."""
    duplicates: int = 0
    rejected: set[SourcePosition] = field(default_factory=set)
    interventions: dict[UUID, tuple[InterventionLevel, str, float]] = field(default_factory=dict)
    """Intervention -> level, message, and when it was first read."""
    sources: dict[str, SourcePosition] = field(default_factory=dict)

    def sent(self, message: ChatMessage, position: SourcePosition, at: float) -> None:
        """Kafka has acknowledged ``message``."""
        if message.role is Role.LEARNER:
            self.acknowledged[message.message_id] = at
            self.sources[message.message_id] = position
        else:
            self.context.add(message.message_id)

    def scored(self, result: EmotionResult, at: float) -> bool:
        """A result was read. Returns whether it is the message's first."""
        if result.message_id in self.results:
            self.duplicates += 1
            return False
        self.results[result.message_id] = at
        return True

    def refused(self, position: SourcePosition) -> None:
        """The chat record at ``position`` came out at the dead-letter topic."""
        self.rejected.add(position)

    def raised(self, intervention: Intervention, at: float) -> bool:
        """An intervention was read. Returns whether it is new: a stage that was killed may repeat one, by its id."""
        if intervention.intervention_id in self.interventions:
            return False
        self.interventions[intervention.intervention_id] = (intervention.level, intervention.message_id, at)
        return True

    @property
    def missing(self) -> set[str]:
        """Learner messages that have neither a result nor a rejection."""
        open_ = self.acknowledged.keys() - self.results.keys()
        return {message for message in open_ if self.sources[message] not in self.rejected}

    @property
    def levels(self) -> dict[str, int]:
        """Interventions by level, least first; only levels that occurred."""
        counted = Counter(level for level, _, _ in self.interventions.values())
        return {level.value: counted[level] for level in LEVELS if counted[level]}

    def to_result(self) -> list[float]:
        """Seconds from each acknowledged send to its result."""
        return self._waits({message: at for message, at in self.results.items()})

    def to_intervention(self) -> list[float]:
        """Seconds from each acknowledged send to the intervention that it led to."""
        return self._waits({message: at for _, message, at in self.interventions.values()})

    def _waits(self, read: dict[str, float]) -> list[float]:
        # The acknowledgement and the result come over two connections: the second may be looked at first.
        sent = self.acknowledged
        return [max(0.0, at - sent[message]) for message, at in read.items() if message in sent]


def percentile(values: Sequence[float], share: float) -> float | None:
    """The nearest-rank percentile: the smallest value that ``share`` of all do not exceed. None of nothing."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None
