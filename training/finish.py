"""From trained weights to a whole checkpoint: temperature, readiness, int8 graph, policy, figures, card."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import structlog

from emotionstream.inference.model.config import ModelConfig
from emotionstream.inference.model.emotion_model import EmotionModel
from emotionstream.inference.model.storage import load_model, save_weights
from emotionstream.schemas.checkpoint import CALIBRATION, CARD, GRAPH, METRICS
from emotionstream.schemas.settings.abstention import AbstentionSettings
from emotionstream.training import readiness
from emotionstream.training.agreement import agreement, batch_effect
from emotionstream.training.assembly import Corpus, assemble
from emotionstream.training.calibration import fit_temperature
from emotionstream.training.card import STARTED_FROM, write_card
from emotionstream.training.datasets.corpus import DEV_FILES
from emotionstream.training.datasets.places import GOEMOTIONS
from emotionstream.training.datasets.sessions import Session, read_sessions
from emotionstream.training.evaluate.case import of_examples
from emotionstream.training.evaluate.evidence import KEY as EVIDENCE
from emotionstream.training.evaluate.evidence import Evidence
from emotionstream.training.evaluate.rules import chosen_rules
from emotionstream.training.evaluation import evaluate, outputs_of
from emotionstream.training.export import quantised, save_graph, to_graph
from emotionstream.training.folds import check_folds
from emotionstream.training.graph import graph_predict
from emotionstream.training.retrain_policy import fit_policy, read_views, write_json
from emotionstream.training.rows import TextEncoder
from emotionstream.training.scoring import Predict, torch_predict
from emotionstream.training.session_readings import SessionReadings, read
from emotionstream.training.settings import ReadinessSettings, TrainingSettings
from emotionstream.training.start import Start

log = structlog.get_logger()


def finish(trained: Path, data: Path, folder: Path, plan: TrainingSettings) -> dict[str, Any]:
    """Write the whole checkpoint into ``folder`` and return its metrics.

    Raises:
        SettingsError: a data set is for research only, and ``plan`` is not marked ``non_commercial``; or there are too
            few sessions for its folds.
        DataError: a data set is missing or broken.
        CheckpointError: ``trained`` does not hold a model.
    """
    # Found first: it may be the checkpoint in ``folder``, which is written over.
    start = Start.find(plan)
    wanted = frozenset(name for stage in plan.stages for name in stage.mix)
    corpus = assemble(data, wanted, non_commercial=plan.non_commercial)
    sessions = sessions_of(data, plan)
    model = load_model(trained)
    encoder = TextEncoder.open(model.config, trained)
    folder.mkdir(parents=True, exist_ok=True)
    copy_tokenizers(model.config, trained, folder)
    # 1. Temperature, on dev.
    log.info("calibrating: temperature on dev")
    temperature = calibrate(torch_predict(model), encoder, corpus, folder)
    # 2. Readiness, on readings of the sessions.
    log.info("readiness: reading the sessions, training and cross-validating", sessions=len(sessions))
    readings = read(sessions, torch_predict(model), encoder, temperature)
    metrics: dict[str, Any] = {"readiness_cross_validated": fit_readiness(model, readings, plan.readiness)}
    save_weights(model, folder)
    # The weights that ship are the rounded ones: everything after this is measured on them.
    model = load_model(folder)
    # 3. The int8 graph.
    int8 = export(model, encoder, corpus, plan, folder)
    # 4. The policy, on what the default backend says.
    log.info("policy: reading the sessions again, in int8, training and cross-validating")
    metrics |= fit_policy(read_views(sessions, int8, encoder, temperature), plan, folder)
    # 5. Figures and card.
    log.info("measuring: both backends on all dev sets, their agreement, the batch effect")
    metrics |= measure({"fp32": torch_predict(model), "int8": int8}, encoder, corpus, temperature, plan.effect_texts)
    metrics["training"] = {name: len(rows) for name, rows in corpus.train.items()}
    metrics[EVIDENCE] = Evidence.count(corpus.train).stored()
    metrics["settings"] = plan.model_dump(mode="json")
    if start is not None:
        metrics[STARTED_FROM] = start.describe()
    write_json(folder / METRICS, metrics)
    write_card(folder / CARD, model.config, metrics)
    return metrics


def sessions_of(data: Path, plan: TrainingSettings) -> list[Session]:
    """The sessions that readiness and policy are trained on: to be asked for before hours of training, too.

    Raises:
        DataError: they are missing or broken.
        SettingsError: they are too few for the folds of ``plan``.
    """
    sessions = read_sessions(data)
    check_folds(sessions, readiness=plan.readiness.folds, policy=plan.policy.folds)
    return sessions


def copy_tokenizers(config: ModelConfig, source: Path, folder: Path) -> None:
    """Each encoder's tokenizer, into the checkpoint's folder."""
    if source.resolve() == folder.resolve():
        return
    for part in config.encoders:
        shutil.copyfile(source / part.tokenizer, folder / part.tokenizer)


def calibrate(predict: Predict, encoder: TextEncoder, corpus: Corpus, folder: Path) -> float:
    """Fit the temperature on dev, every set with emotions counting the same; choose the abstention rule and the labels'
    thresholds; write ``calibration.json``.
    """
    named = (GOEMOTIONS, *DEV_FILES)
    dev = outputs_of(predict, encoder, {name: corpus.dev[name] for name in named})
    temperature = fit_temperature([(dev[name].emotion_logits, corpus.dev[name]) for name in named])
    about = {"temperature": temperature, "fitted_on": list(named), "method": "LBFGS on the mean of the sets' NLL"}
    sets = [(of_examples(name, corpus.dev[name]), dev[name]) for name in named]
    write_json(folder / CALIBRATION, about | chosen_rules(sets, temperature, AbstentionSettings.load()))
    return temperature


def fit_readiness(model: EmotionModel, readings: SessionReadings, settings: ReadinessSettings) -> dict[str, float]:
    """Train the readiness net: measured with sessions held out, left in ``model`` trained on all of them."""
    shape = model.config.heads.readiness
    every = range(len(readings.messages))
    figures = readiness.cross_validated(shape, readings, settings)
    model.readiness.load_state_dict(readiness.train_readiness(shape, readings, every, settings).state_dict())
    return figures


def export(model: EmotionModel, encoder: TextEncoder, corpus: Corpus, plan: TrainingSettings, folder: Path) -> Predict:
    """Write the int8 graph of ``model``; what it says."""
    log.info("exporting: the int8 graph", texts=plan.calibration_texts)
    texts = calibration_texts(corpus, plan.calibration_texts, plan.seed)
    save_graph(quantised(to_graph(model), encoder, texts), folder)
    return graph_predict(folder / GRAPH, len(model.config.encoders))


def measure(
    backends: dict[str, Predict], encoder: TextEncoder, corpus: Corpus, temperature: float, texts: int
) -> dict[str, Any]:
    """Dev figures of both backends, their agreement and the default backend's batch effect."""
    outputs = {name: outputs_of(predict, encoder, corpus.dev) for name, predict in backends.items()}
    learner = sample([example.text for name in DEV_FILES for example in corpus.dev[name]], texts // 2)
    comments = sample([example.text for example in corpus.dev[GOEMOTIONS]], texts // 2)
    return {
        "temperature": temperature,
        "dev": {name: evaluate(found, corpus.dev, temperature) for name, found in outputs.items()},
        "int8_against_fp32": {
            name: agreement(outputs["fp32"][name], outputs["int8"][name], temperature) for name in corpus.dev
        },
        "batch_effect_int8": batch_effect(backends["int8"], encoder, comments + learner, temperature),
    }


def calibration_texts(corpus: Corpus, count: int, seed: int) -> list[str]:
    """A fixed few hundred training texts of all sources, for the ranges of the int8 graph."""
    each = max(1, count // len(corpus.train))
    return [text for rows in corpus.train.values() for text in sample([row.text for row in rows], each, seed)]


def sample(texts: Sequence[str], count: int, seed: int = 0) -> list[str]:
    """``count`` of ``texts``, the same ones for the same seed."""
    chosen = np.random.default_rng(seed).permutation(len(texts))[:count]
    return [texts[i] for i in sorted(chosen)]
