"""Events as rows of the staging tables. Pure; column order as in ``tables.py``."""

import json
from typing import Any

from emotionstream.history.entry import Entry
from emotionstream.schemas.events import (
    ChatMessage,
    EmotionResult,
    Intervention,
    InterventionOutcome,
    ModelInfo,
    Rejection,
)
from emotionstream.schemas.position import SourcePosition, result_id

Row = tuple[Any, ...]


def message_row(entry: Entry, message: ChatMessage) -> Row:
    """A message, its text last but one, and when it came in."""
    return (
        result_id(entry.position),
        message.message_id,
        message.user_id,
        message.session_id,
        message.role.value,
        message.sent_at,
        message.engagement,
        message.cognitive_load,
        message.time_factor,
        message.training_consent,
        *_source(entry.position),
        message.text,
        entry.position.time,
    )


def result_row(result: EmotionResult) -> Row:
    """A result; probabilities as a list of 41."""
    return (
        result.result_id,
        result.message_id,
        result.user_id,
        result.session_id,
        list(result.probabilities),
        result.primary_emotion,
        result.confidence,
        *result.pad.as_tuple(),
        result.readiness.score,
        result.readiness.state.value,
        result.truncated,
        result.engagement,
        result.cognitive_load,
        result.time_factor,
        *_model(result.model),
        *_source(result.source),
        result.sent_at,
        result.scored_at,
    )


def intervention_row(intervention: Intervention) -> Row:
    """An intervention; its reasons as JSON text, which keeps floats as they are."""
    return (
        intervention.intervention_id,
        intervention.result_id,
        intervention.message_id,
        intervention.user_id,
        intervention.session_id,
        intervention.level.value,
        intervention.previous_level.value,
        json.dumps([reason.model_dump(mode="json", exclude_none=True) for reason in intervention.reasons]),
        intervention.trajectory.kind.value,
        intervention.trajectory.slope,
        intervention.trajectory.points,
        *intervention.ema.as_tuple(),
        list(intervention.level_probabilities),
        intervention.policy_version,
        *_model(intervention.model),
        *_source(intervention.source),
        intervention.sent_at,
        intervention.scored_at,
    )


def outcome_row(outcome: InterventionOutcome) -> Row:
    """A tutor's answer."""
    return (
        outcome.outcome_id,
        outcome.intervention_id,
        outcome.user_id,
        outcome.helped,
        outcome.corrected_emotion,
        None if outcome.corrected_level is None else outcome.corrected_level.value,
        outcome.reported_by,
        outcome.reported_at,
    )


def rejection_row(rejection: Rejection) -> Row:
    """A rejection, with the id that the result would have had."""
    return (
        rejection.rejection_id,
        result_id(rejection.source),
        rejection.stage,
        rejection.kind.value,
        rejection.reason,
        *_source(rejection.source),
        rejection.rejected_at,
    )


def _source(position: SourcePosition) -> tuple[str, int, int, int]:
    return position.topic, position.partition, position.offset, position.timestamp_ms


def _model(model: ModelInfo) -> tuple[str, str, str]:
    return model.name, model.version, model.engine
