"""What a replay came to. Pure."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from emotionstream.producers.replay_row import ReplayRow, may_export
from emotionstream.schemas.events import ModelInfo


@dataclass(slots=True)
class ReplayReport:
    """Counts of a replay's rows. ``different`` is by what differs from the record."""

    model: ModelInfo
    rows: int = 0
    by_status: Counter[str] = field(default_factory=Counter)
    learners: set[str] = field(default_factory=set)
    truncated_learners: set[str] = field(default_factory=set)
    interventions: int = 0
    recorded_interventions: int = 0
    compared: int = 0
    exact: int = 0
    different: Counter[str] = field(default_factory=Counter)
    recorded_engines: Counter[str] = field(default_factory=Counter)
    texts: int = 0
    texts_withheld: int = 0

    def add(self, row: ReplayRow, *, with_text: bool, without_consent: bool) -> None:
        """Count one row."""
        self.rows += 1
        self.by_status[row.status] += 1
        self.learners.add(row.said.user_id)
        if row.history_truncated:
            self.truncated_learners.add(row.said.user_id)
        self.interventions += bool(row.step and row.step.intervention)
        self.recorded_interventions += row.turn.intervention is not None
        if with_text and row.said.text is not None:
            exported = may_export(row.said, with_text, without_consent)
            self.texts += exported
            self.texts_withheld += not exported
        self._compare(row)

    @property
    def other_engines(self) -> list[str]:
        """Engines that gave recorded results and are not the one of this replay: the bits may differ."""
        return sorted(engine for engine in self.recorded_engines if engine != self.model.engine)

    @property
    def is_exact(self) -> bool:
        """Whether every recorded result was replayed, and all was as recorded."""
        return self.compared > 0 and self.exact == self.compared

    def as_json(self) -> dict[str, Any]:
        """For a machine to read."""
        return {
            "model": self.model.model_dump(),
            "rows": self.rows,
            "by_status": dict(self.by_status),
            "learners": len(self.learners),
            "truncated_learners": len(self.truncated_learners),
            "interventions": self.interventions,
            "recorded_interventions": self.recorded_interventions,
            "compared": self.compared,
            "exact": self.exact,
            "is_exact": self.is_exact,
            "different": {name: self.different[name] for name in ("result", "state", "intervention")},
            "other_engines": self.other_engines,
            "texts": self.texts,
            "texts_withheld": self.texts_withheld,
        }

    def _compare(self, row: ReplayRow) -> None:
        if row.turn.result is not None:
            self.recorded_engines[row.turn.result.model.engine] += 1
        if row.same.exact is None:
            return
        self.compared += 1
        self.exact += row.same.exact
        parts = {"result": row.same.result, "state": row.same.state, "intervention": row.same.intervention}
        self.different.update(name for name, same in parts.items() if not same)
