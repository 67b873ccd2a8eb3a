"""Database rows as events again: the inverse of ``rows.py``. Pure; floats come back bit for bit."""

import json
from collections.abc import Mapping
from typing import Any

from emotionstream.history.session import Said, SessionSummary
from emotionstream.schemas.affect import LEVELS, InterventionLevel, Pad, Readiness, ReadinessState, Trajectory
from emotionstream.schemas.events import (
    EmotionResult,
    Intervention,
    InterventionOutcome,
    ModelInfo,
    Reason,
    Rejection,
    Role,
)
from emotionstream.schemas.position import SourcePosition

Columns = Mapping[str, Any]

_WHOSE = ("message_id", "user_id", "session_id")
_CONTEXT = ("engagement", "cognitive_load", "time_factor")


def said(row: Columns) -> Said:
    """A row of ``messages_of_learner``."""
    return Said(
        **_some(row, *_WHOSE, "sent_at", *_CONTEXT, "training_consent", "text"),
        position=position(row),
        role=Role(row["role"]),
    )


def result(row: Columns) -> EmotionResult:
    """A row of ``results``."""
    return EmotionResult(
        **_some(row, "result_id", *_WHOSE, *_CONTEXT, "primary_emotion", "confidence", "truncated"),
        **_some(row, "sent_at", "scored_at"),
        probabilities=tuple(row["probabilities"]),
        pad=Pad(pleasure=row["pleasure"], arousal=row["arousal"], dominance=row["dominance"]),
        readiness=Readiness(score=row["readiness_score"], state=ReadinessState(row["readiness_state"])),
        model=_model(row),
        source=position(row),
    )


def intervention(row: Columns) -> Intervention:
    """A row of ``interventions``."""
    return Intervention(
        **_some(row, "intervention_id", "result_id", *_WHOSE, "policy_version", "sent_at", "scored_at"),
        level=InterventionLevel(row["level"]),
        previous_level=InterventionLevel(row["previous_level"]),
        reasons=tuple(Reason.model_validate(reason) for reason in json.loads(row["reasons"])),
        trajectory=Trajectory(
            kind=row["trajectory_kind"], slope=row["trajectory_slope"], points=row["trajectory_points"]
        ),
        ema=Pad(pleasure=row["ema_pleasure"], arousal=row["ema_arousal"], dominance=row["ema_dominance"]),
        level_probabilities=tuple(row["level_probabilities"]),
        model=_model(row),
        source=position(row),
    )


def outcome(row: Columns) -> InterventionOutcome:
    """A row of ``outcomes``."""
    return InterventionOutcome(
        **_some(row, "outcome_id", "intervention_id", "user_id", "helped", "corrected_emotion"),
        **_some(row, "corrected_level", "reported_by", "reported_at"),
    )


def rejection(row: Columns) -> Rejection:
    """A row of ``rejections``."""
    return Rejection(
        **_some(row, "rejection_id", "stage", "kind", "reason", "rejected_at"),
        source=position(row),
    )


def summary(row: Columns) -> SessionSummary:
    """A row of ``sessions``."""
    return SessionSummary(
        **_some(row, "user_id", "session_id", "started_at", "ended_at", "messages", "learner_messages"),
        **_some(row, "results", "interventions"),
        top_level=max((InterventionLevel(level) for level in row["levels"]), key=LEVELS.index, default=LEVELS[0]),
    )


def position(row: Columns) -> SourcePosition:
    """Where the chat record stood."""
    return SourcePosition(
        topic=row["source_topic"],
        partition=row["source_partition"],
        offset=row["source_offset"],
        timestamp_ms=row["source_timestamp_ms"],
    )


def _model(row: Columns) -> ModelInfo:
    return ModelInfo(name=row["model_name"], version=row["model_version"], engine=row["model_engine"])


def _some(row: Columns, *names: str) -> dict[str, Any]:
    return {name: row[name] for name in names}
