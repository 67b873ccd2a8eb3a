"""The policy of a checkpoint, trained on what its int8 graph says of the sessions; alone or as part of `finish`."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from emotionstream.inference.model.config import ModelConfig
from emotionstream.schemas.checkpoint import CALIBRATION, CARD, CONFIG, GRAPH, METRICS, POLICY, WEIGHTS
from emotionstream.schemas.errors import CheckpointError
from emotionstream.schemas.settings.state import StateSettings
from emotionstream.training import contexts, policy
from emotionstream.training.card import write_card
from emotionstream.training.datasets.sessions import Session, read_sessions
from emotionstream.training.folds import check_folds
from emotionstream.training.graph import graph_predict
from emotionstream.training.offpolicy.learning import outcome_weighted
from emotionstream.training.offpolicy.log import read_log
from emotionstream.training.offpolicy.settings import EvaluationSettings, OutcomeSettings
from emotionstream.training.rows import TextEncoder
from emotionstream.training.scoring import Predict
from emotionstream.training.session_readings import SessionReadings, read
from emotionstream.training.settings import TrainingSettings

FIGURES = "intervention_cross_validated"
TEXT_ONLY = f"{FIGURES}_text_only"


def retrain_policy(folder: Path, data: Path, plan: TrainingSettings, outcomes: Path | None = None) -> dict[str, Any]:
    """Train only the policy of the checkpoint in ``folder`` anew, write it, its figures and the card; all metrics.

    Weights, graph and temperature stay as they are. ``outcomes``: a log of decisions, with features, by whose outcomes
    the policy's costs are weighted (``offpolicy``).

    Raises:
        DataError: the sessions are missing, or ``outcomes`` is no such log.
        CheckpointError: ``folder`` holds no whole checkpoint.
        SettingsError: there are too few sessions for the folds of ``plan``.
    """
    try:
        config = ModelConfig.parse(json.loads((folder / CONFIG).read_text(encoding="utf-8")))
        temperature = float(json.loads((folder / CALIBRATION).read_text(encoding="utf-8"))["temperature"])
        metrics: dict[str, Any] = json.loads((folder / METRICS).read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError) as error:
        raise CheckpointError(f"{folder} holds no whole checkpoint: {error}") from error
    sessions = read_sessions(data)
    check_folds(sessions, policy=plan.policy.folds)
    predict = graph_predict(folder / GRAPH, len(config.encoders))
    readings = read_views(sessions, predict, TextEncoder.open(config, folder), temperature)
    metrics |= fit_policy(readings, plan, folder, _by_outcomes(outcomes, plan.policy.outcomes))
    metrics["settings"]["policy"] = plan.policy.model_dump(mode="json")
    write_json(folder / METRICS, metrics)
    write_card(folder / CARD, config, metrics)
    return metrics


def read_views(
    sessions: Sequence[Session], predict: Predict, encoder: TextEncoder, temperature: float
) -> list[SessionReadings]:
    """The readings of ``sessions`` in each of ``contexts.VIEWS``; readiness is what the model says of that context."""
    return [read(view, predict, encoder, temperature) for view in contexts.views(sessions)]


def fit_policy(
    readings: Sequence[SessionReadings],
    plan: TrainingSettings,
    folder: Path,
    adjust: policy.Adjust = lambda found: found,
) -> dict[str, Any]:
    """Train the policy: measured with sessions held out, written into ``folder`` trained on all of them."""
    settings, state = plan.policy, StateSettings()
    figures = dict(zip(contexts.VIEWS, policy.cross_validated(readings, settings, state, adjust), strict=True))
    every = range(len(readings[0].sessions))
    version = settings.version or f"{plan.version}-policy"
    adjust(policy.train_policy(readings, every, settings, state, version)).save(folder / POLICY)
    # safetensors writes for the owner only; a checkpoint is for whoever runs the stream.
    (folder / POLICY).chmod((folder / WEIGHTS).stat().st_mode)
    return {FIGURES: figures["recorded"], TEXT_ONLY: figures["text_only"]}


def _by_outcomes(outcomes: Path | None, settings: OutcomeSettings) -> policy.Adjust:
    if outcomes is None:
        return lambda found: found
    log = read_log(outcomes, EvaluationSettings().rewards)
    return lambda found: outcome_weighted(found, log, settings)


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write ``value`` readably."""
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
