"""The tables that take events: their staging columns, and which rows of a batch go where."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, assert_never

from emotionstream.history.entry import Entry
from emotionstream.history.rows import Row, intervention_row, message_row, outcome_row, rejection_row, result_row
from emotionstream.schemas.events import ChatMessage, EmotionResult, Intervention, InterventionOutcome, Rejection


class Table(StrEnum):
    """The tables of events, by name."""

    MESSAGES = "messages"
    RESULTS = "results"
    INTERVENTIONS = "interventions"
    OUTCOMES = "outcomes"
    REJECTIONS = "rejections"


@dataclass(frozen=True, slots=True)
class Staged:
    """A table's staging area: rows are copied there, then inserted where they are not known yet."""

    table: Table
    columns: tuple[str, ...]

    @property
    def name(self) -> str:
        """Name of the temporary staging table."""
        return f"staged_{self.table}"

    @property
    def insert(self) -> str:
        """Name of the query that moves what is new into the table and gives the number of new rows."""
        return f"insert_{self.table}"


_SOURCE: Final = ("source_topic", "source_partition", "source_offset", "source_timestamp_ms")
_MODEL: Final = ("model_name", "model_version", "model_engine")
_WHOSE: Final = ("message_id", "user_id", "session_id")
_CONTEXT: Final = ("engagement", "cognitive_load", "time_factor")

MESSAGE_COLUMNS: Final = ("result_id", *_WHOSE, "role", "sent_at", *_CONTEXT, "training_consent", *_SOURCE)
RESULT_COLUMNS: Final = (
    *("result_id", *_WHOSE, "probabilities", "primary_emotion", "confidence", "pleasure", "arousal", "dominance"),
    *("readiness_score", "readiness_state", "truncated", *_CONTEXT, *_MODEL, *_SOURCE, "sent_at", "scored_at"),
)
INTERVENTION_COLUMNS: Final = (
    *("intervention_id", "result_id", *_WHOSE, "level", "previous_level", "reasons"),
    *("trajectory_kind", "trajectory_slope", "trajectory_points", "ema_pleasure", "ema_arousal", "ema_dominance"),
    *("level_probabilities", "policy_version", *_MODEL, *_SOURCE, "sent_at", "scored_at"),
)
OUTCOME_COLUMNS: Final = (
    *("outcome_id", "intervention_id", "user_id", "helped", "corrected_emotion", "corrected_level"),
    *("reported_by", "reported_at"),
)
REJECTION_COLUMNS: Final = ("rejection_id", "result_id", "stage", "kind", "reason", *_SOURCE, "rejected_at")

STAGED: Final = {
    Table.MESSAGES: Staged(Table.MESSAGES, (*MESSAGE_COLUMNS, "text", "received_at")),
    Table.RESULTS: Staged(Table.RESULTS, RESULT_COLUMNS),
    Table.INTERVENTIONS: Staged(Table.INTERVENTIONS, INTERVENTION_COLUMNS),
    Table.OUTCOMES: Staged(Table.OUTCOMES, OUTCOME_COLUMNS),
    Table.REJECTIONS: Staged(Table.REJECTIONS, REJECTION_COLUMNS),
}


def staged_rows(entries: Iterable[Entry]) -> dict[Table, list[Row]]:
    """The rows of ``entries`` by table, in their order. Pure."""
    rows: dict[Table, list[Row]] = {}
    for entry in entries:
        table, row = _placed(entry)
        rows.setdefault(table, []).append(row)
    return rows


def _placed(entry: Entry) -> tuple[Table, Row]:
    match entry.event:
        case ChatMessage() as message:
            return Table.MESSAGES, message_row(entry, message)
        case EmotionResult() as result:
            return Table.RESULTS, result_row(result)
        case Intervention() as intervention:
            return Table.INTERVENTIONS, intervention_row(intervention)
        case InterventionOutcome() as outcome:
            return Table.OUTCOMES, outcome_row(outcome)
        case Rejection() as rejection:
            return Table.REJECTIONS, rejection_row(rejection)
        case never:
            assert_never(never)
