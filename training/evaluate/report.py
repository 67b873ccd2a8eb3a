"""Everything that `evaluate` measures of one checkpoint, and where it is written."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import structlog

from emotionstream.inference.abstention import AbstentionRule
from emotionstream.inference.scoring import ScoreRequest
from emotionstream.schemas.checkpoint import METRICS
from emotionstream.schemas.errors import DataError
from emotionstream.schemas.settings.abstention import AbstentionSettings
from emotionstream.schemas.settings.engine import BackendName
from emotionstream.schemas.settings.evaluation import EvaluationSettings
from emotionstream.training.datasets.eec import EquitySentence, equity_pairs
from emotionstream.training.evaluate.evidence import Evidence
from emotionstream.training.evaluate.fairness import fairness_figures
from emotionstream.training.evaluate.measured import Measured, measure
from emotionstream.training.evaluate.measures import Rules
from emotionstream.training.evaluate.reader import Reader, stored_calibration
from emotionstream.training.evaluate.robustness import robustness_figures
from emotionstream.training.evaluate.rules import LABEL_THRESHOLDS
from emotionstream.training.evaluate.sources import Sources, trained_on, training_texts

FORMAT: Final = 1
_CROSS_VALIDATED: Final = "_cross_validated"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Report:
    """All figures, as ``metrics.json`` has them, and the measured sets behind them."""

    reader: Reader
    rules: Rules
    metrics: dict[str, Any]
    measured: tuple[Measured, ...]
    stored: dict[str, Any]
    """The checkpoint's own metrics.json, empty where it has none."""


def evaluate_checkpoint(
    folder: Path, sources: Sources, backend: BackendName, settings: EvaluationSettings, *, whole: bool = True
) -> Report:
    """Measure the checkpoint in ``folder`` on ``sources``; ``whole``: fairness and robustness too.

    Raises:
        CheckpointError: the checkpoint is missing or incomplete.
        DataError: there is nothing to measure on.
    """
    if not sources.sets and not sources.equity:
        raise DataError("there is nothing to measure on")
    reader = Reader.open(folder, backend, settings.batch)
    stored = stored_metrics(folder)
    rules = rules_of(folder, reader, Evidence.of(stored, sources.folder), settings)
    measured = tuple(_measured(sources, reader, rules))
    metrics = _head(reader, rules) | {"sets": {part.rows.name: part.figures for part in measured}}
    if whole:
        metrics |= _beyond(sources, reader, settings)
    metrics["stored"] = {name: part for name, part in stored.items() if _CROSS_VALIDATED in name}
    return Report(reader, rules, metrics, measured, stored)


def rules_of(folder: Path, reader: Reader, evidence: Evidence, settings: EvaluationSettings) -> Rules:
    """The checkpoint's temperature and stored rules; the setting's threshold stands above the checkpoint's."""
    calibration = stored_calibration(folder)
    threshold = AbstentionRule.read(folder, AbstentionSettings.load()).threshold
    cuts = calibration.get(LABEL_THRESHOLDS)
    return Rules(
        temperature=reader.calibration.temperature,
        threshold=threshold,
        label_thresholds=tuple(cuts) if isinstance(cuts, list) else None,
        evidence=evidence,
        settings=settings,
    )


def stored_metrics(folder: Path) -> dict[str, Any]:
    """A checkpoint's ``metrics.json``; empty where it has none that can be read."""
    try:
        found: dict[str, Any] = json.loads((folder / METRICS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _measured(sources: Sources, reader: Reader, rules: Rules) -> list[Measured]:
    # Training leaves the texts of its own dev sets out: only a user's rows need to be compared.
    own = [part for part in sources.sets if part.path is not None]
    known = training_texts(sources.folder) if own else {}
    found = []
    for rows in sources.sets:
        log.info("measuring", set=rows.name, rows=len(rows.cases), backend=reader.backend.value)
        part = measure(rows, reader, rules)
        if rows.path is not None:
            part.figures["trained_on"] = trained_on(known, [case.text for case in rows.cases])
        found.append(part)
    return found


def _head(reader: Reader, rules: Rules) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "model": reader.config.name,
        "version": reader.config.version,
        "backend": reader.backend.value,
        "temperature": reader.calibration.temperature,
        "abstain_below": rules.threshold,
        "thin_below": rules.settings.thin_below,
        "evidence_counted": rules.evidence.counted,
    }


def _beyond(sources: Sources, reader: Reader, settings: EvaluationSettings) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if sources.equity:
        log.info("measuring fairness", sentences=len(sources.equity))
        found["fairness"] = _fairness(sources.equity, reader)
    texts = [case.text for part in sources.sets for case in part.cases]
    if texts and settings.robustness_texts:
        log.info("measuring robustness", texts=min(len(texts), settings.robustness_texts))
        found["robustness"] = robustness_figures(texts, reader.probabilities, settings)
    return found


def _fairness(sentences: Sequence[EquitySentence], reader: Reader) -> Mapping[str, Any]:
    pleasure = reader.read([ScoreRequest(row.sentence) for row in sentences]).outputs.pad[:, 0]
    return fairness_figures(pleasure, equity_pairs(sentences))
