"""What an evaluation leaves on disk: figures, predictions, and what is stored with the checkpoint."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np

from emotionstream.schemas.checkpoint import CALIBRATION, CARD, METRICS
from emotionstream.schemas.settings.abstention import AbstentionSettings
from emotionstream.training.card import EVALUATION, card, write_card
from emotionstream.training.evaluate.card import evaluation_section
from emotionstream.training.evaluate.curves import read_curves
from emotionstream.training.evaluate.evidence import KEY as EVIDENCE
from emotionstream.training.evaluate.measured import Measured, text_figures
from emotionstream.training.evaluate.reader import stored_calibration
from emotionstream.training.evaluate.report import Report, rules_of
from emotionstream.training.evaluate.rules import chosen_rules

_DECIMALS: Final = 6


def write_json(path: Path, value: object) -> None:
    """Write ``value`` readably, whole or not at all."""
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    fresh.replace(path)


def write_predictions(path: Path, report: Report) -> int:
    """One JSON line for every row, without its text: docs/evaluation.md has the fields. Returns the number of lines."""
    threshold = report.metrics["abstain_below"]
    lines = [json.dumps(row) for part in report.measured for row in predictions(part, threshold)]
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return len(lines)


def predictions(part: Measured, threshold: float | None) -> Iterator[dict[str, Any]]:
    """What the model says of each row of ``part``, in file order."""
    labels = 1 / (1 + np.exp(-part.outputs.label_logits))
    for i, (case, score) in enumerate(zip(part.rows.cases, part.scores, strict=True)):
        row: dict[str, Any] = {
            "set": part.rows.name,
            "line": case.line,
            "emotion": score.primary_emotion,
            "confidence": score.confidence,
            "uncertain": None if threshold is None else score.confidence < threshold,
            "probabilities": score.probabilities,
            "labels": np.round(labels[i], _DECIMALS).tolist(),
            "pad": score.pad.as_tuple(),
            "pad_emobank": np.round(part.outputs.pad_emobank[i], _DECIMALS).tolist(),
            "readiness": score.readiness.state.value,
            "readiness_score": score.readiness.score,
            "truncated": score.truncated,
        }
        yield row if part.levels is None else row | {"intervention": part.levels[i].value}


def store_thresholds(report: Report, settings: AbstentionSettings) -> dict[str, Any]:
    """Choose the rules on the measured rows, write them into the checkpoint's calibration, and measure by them.

    Returns the rules.
    """
    temperature = report.reader.calibration.temperature
    found = chosen_rules([(part.rows, part.outputs) for part in report.measured], temperature, settings)
    folder = report.reader.folder
    write_json(folder / CALIBRATION, stored_calibration(folder) | found)
    rules = rules_of(folder, report.reader, report.rules.evidence, report.rules.settings)
    report.metrics["abstain_below"] = rules.threshold
    for part in report.measured:
        part.figures.update(text_figures(part.rows, part.outputs, rules))
    return found


def store_evaluation(report: Report) -> dict[str, Any]:
    """Put the figures into the checkpoint's own metrics.json and card, beside what training wrote; returns all."""
    whole = report.stored | {EVALUATION: {k: v for k, v in report.metrics.items() if k != "stored"}}
    if report.rules.evidence.counted:
        whole[EVIDENCE] = report.rules.evidence.stored()
    write_json(report.reader.folder / METRICS, whole)
    write_card(report.reader.folder / CARD, report.reader.config, whole)
    return whole


def write_folder(folder: Path, report: Report, log: Path | None) -> None:
    """``metrics.json``, the model card ``README.md`` and the pictures that there is something for.

    Raises:
        DataError: ``log`` is no training log.
    """
    from emotionstream.training.evaluate.pictures import draw  # noqa: PLC0415  # matplotlib is slow to import

    curves = read_curves(log) if log is not None else []
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / METRICS, report.metrics)
    pictures = draw(folder, report.measured, curves)
    text = card(report.reader.config, report.stored, evaluation_section(report.metrics, pictures))
    (folder / CARD).write_text(text, encoding="utf-8")
