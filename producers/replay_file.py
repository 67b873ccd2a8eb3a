"""A replay as a Parquet file, ready for training."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq

from emotionstream.producers.replay_row import ReplayRow, may_export
from emotionstream.schemas.affect import LEVELS
from emotionstream.schemas.emotions import EMOTIONS
from emotionstream.schemas.errors import ReplayError
from emotionstream.schemas.settings.replay import ParquetCompression, ReplaySettings

_TEXT, _REAL, _FLAG, _COUNT = pa.string(), pa.float64(), pa.bool_(), pa.int64()
_TIME: Final = pa.timestamp("us", tz="UTC")

SCHEMA: Final = pa.schema(
    [
        # Which message.
        *((name, _TEXT) for name in ("user_id", "session_id", "message_id", "result_id", "role")),
        ("sent_at", _TIME),
        *((name, _REAL) for name in ("engagement", "cognitive_load", "time_factor")),
        ("training_consent", _FLAG),
        ("text", _TEXT),
        ("source_topic", _TEXT),
        *((name, _COUNT) for name in ("source_partition", "source_offset", "source_timestamp_ms")),
        # What was done with it, and what the model says now.
        ("status", _TEXT),
        ("primary_emotion", _TEXT),
        ("confidence", _REAL),
        ("probabilities", pa.list_(_REAL)),
        *((name, _REAL) for name in ("pleasure", "arousal", "dominance", "readiness_score")),
        ("readiness_state", _TEXT),
        ("truncated", _FLAG),
        # The learner's state after it, the policy's decision, and the intervention.
        *((name, _REAL) for name in ("ema_pleasure", "ema_arousal", "ema_dominance")),
        ("state", _TEXT),
        ("level", _TEXT),
        ("level_probabilities", pa.list_(_REAL)),
        ("intervention_level", _TEXT),
        ("intervention", _TEXT),
        # What was recorded, and how people answered.
        ("recorded_emotion", _TEXT),
        ("recorded_intervention_level", _TEXT),
        *((name, _TEXT) for name in ("helped", "corrected_emotion", "corrected_level")),
        *((name, _FLAG) for name in ("same_result", "same_state", "same_intervention", "history_truncated")),
    ]
)
"""Columns of a replay file. ``state`` and ``intervention`` are JSON; ``text`` is null unless it may be exported."""

ORDERS: Final = {
    "emotionstream.probabilities": json.dumps(EMOTIONS),
    "emotionstream.level_probabilities": json.dumps([level.value for level in LEVELS]),
}
"""In the file's metadata: what each position of a list column stands for, as a JSON array."""


def cells(row: ReplayRow, *, with_text: bool, without_consent: bool) -> dict[str, Any]:
    """``row`` as values of ``SCHEMA``'s columns; columns that it lacks are null."""
    return {
        **_message(row, may_export(row.said, with_text, without_consent)),
        **_result(row),
        **_state(row),
        **_record(row),
    }


class ReplayFile:
    """An open Parquet file; rows are gathered and written by groups."""

    def __init__(self, writer: Any, settings: ReplaySettings) -> None:
        self._writer = writer
        self._most = settings.row_group_rows
        self._rows: list[dict[str, Any]] = []

    def add(self, row: Mapping[str, Any]) -> None:
        """One more row."""
        self._rows.append(dict(row))
        if len(self._rows) >= self._most:
            self.flush()

    def flush(self) -> None:
        """Write what has been gathered."""
        if self._rows:
            self._writer.write_table(pa.Table.from_pylist(self._rows, schema=self._writer.schema))
            self._rows.clear()


def check_writable(path: Path) -> None:
    """Check that a file can be made beside ``path``, before long work is done for it.

    Raises:
        ReplayError: it cannot.
    """
    partial = _partial(path)
    try:
        if path.exists() and not path.is_file():
            # It would be replaced: a device, /dev/null for one, by a file.
            raise ReplayError(f"{path} is no file that could be written anew: name another")
        partial.touch()
        partial.unlink()
    except OSError as error:
        raise _unwritable(path, error) from error


@contextmanager
def replay_file(path: Path, about: Mapping[str, str], settings: ReplaySettings) -> Iterator[ReplayFile]:
    """A Parquet file with ``about`` and ``ORDERS`` in its metadata. It appears when it is whole, or not at all.

    Raises:
        ReplayError: it cannot be written there.
    """
    partial = _partial(path)
    schema = SCHEMA.with_metadata({f"emotionstream.{name}": value for name, value in about.items()} | ORDERS)
    compression = None if settings.compression is ParquetCompression.NONE else settings.compression.value
    try:
        with pq.ParquetWriter(partial, schema, compression=compression) as writer:
            file = ReplayFile(writer, settings)
            yield file
            file.flush()
        partial.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        partial.unlink(missing_ok=True)


def _partial(path: Path) -> Path:
    # Nobody else's: another replay may be writing to the same name.
    return path.with_name(f"{path.name}.{uuid4().hex}.partial")


def _unwritable(path: Path, error: OSError) -> ReplayError:
    return ReplayError(f"{path} cannot be written: {error.strerror or error}")


def _message(row: ReplayRow, export: bool) -> dict[str, Any]:
    said, position = row.said, row.said.position
    return {
        "user_id": said.user_id,
        "session_id": said.session_id,
        "message_id": said.message_id,
        "result_id": str(row.turn.result_id),
        "role": said.role.value,
        "sent_at": said.sent_at,
        "engagement": said.engagement,
        "cognitive_load": said.cognitive_load,
        "time_factor": said.time_factor,
        "training_consent": said.training_consent,
        "text": said.text if export else None,
        "source_topic": position.topic,
        "source_partition": position.partition,
        "source_offset": position.offset,
        "source_timestamp_ms": position.timestamp_ms,
        "status": row.status,
        "history_truncated": row.history_truncated,
    }


def _result(row: ReplayRow) -> dict[str, Any]:
    if (result := row.result) is None:
        return {}
    pleasure, arousal, dominance = result.pad.as_tuple()
    return {
        "primary_emotion": result.primary_emotion,
        "confidence": result.confidence,
        "probabilities": list(result.probabilities),
        "pleasure": pleasure,
        "arousal": arousal,
        "dominance": dominance,
        "readiness_score": result.readiness.score,
        "readiness_state": result.readiness.state.value,
        "truncated": result.truncated,
    }


def _state(row: ReplayRow) -> dict[str, Any]:
    if (step := row.step) is None:
        return {}
    pleasure, arousal, dominance = step.learner.ema
    decision, raised = step.decision, step.intervention
    return {
        "ema_pleasure": pleasure,
        "ema_arousal": arousal,
        "ema_dominance": dominance,
        "state": step.learner.to_json().decode(),
        "level": decision.level.value if decision else None,
        "level_probabilities": list(decision.probabilities) if decision else None,
        "intervention_level": raised.level.value if raised else None,
        "intervention": json.dumps(raised.model_dump(mode="json", exclude_none=True)) if raised else None,
    }


def _record(row: ReplayRow) -> dict[str, Any]:
    turn, same = row.turn, row.same
    answer = turn.answer
    return {
        "recorded_emotion": turn.result.primary_emotion if turn.result else None,
        "recorded_intervention_level": turn.intervention.level.value if turn.intervention else None,
        "helped": answer.helped if answer else None,
        "corrected_emotion": answer.corrected_emotion if answer else None,
        "corrected_level": answer.corrected_level.value if answer and answer.corrected_level else None,
        "same_result": same.result,
        "same_state": same.state,
        "same_intervention": same.intervention,
    }
