"""One set of rows, measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from emotionstream.inference.scoring import Score
from emotionstream.schemas.affect import InterventionLevel
from emotionstream.schemas.settings.engine import EngineSettings
from emotionstream.training.evaluate.case import Case, CaseSet, LabelSet, PadScale
from emotionstream.training.evaluate.measures import (
    Rules,
    emotion_figures,
    label_figures,
    named_examples,
    partial_figures,
)
from emotionstream.training.evaluate.reader import Reader
from emotionstream.training.evaluate.sessions import decided_levels, level_figures, readiness_figures
from emotionstream.training.figures import Floats, softmax
from emotionstream.training.scoring import Outputs, pad_figures


@dataclass(frozen=True, slots=True)
class Measured:
    """A set with what the model says of each row, and the figures. ``levels`` is None where no row tells a level."""

    rows: CaseSet
    outputs: Outputs
    scores: tuple[Score, ...]
    levels: tuple[InterventionLevel, ...] | None
    figures: dict[str, Any]


def measure(rows: CaseSet, reader: Reader, rules: Rules) -> Measured:
    """Read all texts of ``rows`` and measure whatever their labels allow.

    Raises:
        CheckpointError: rows tell intervention levels, and the checkpoint has no policy.
    """
    readings = reader.read([case.request for case in rows.cases])
    scores = readings.scores(reader.calibration, EngineSettings.load().decimals)
    figures: dict[str, Any] = {
        "rows": len(rows.cases),
        "left_out": [{"line": flaw.line, "why": flaw.why} for flaw in rows.flaws],
        "notes": list(rows.notes),
        "truncated": sum(score.truncated for score in scores),
    }
    levels = None
    if any(case.level is not None for case in rows.cases):
        levels = tuple(decided_levels(rows.cases, scores, reader.folder))
        figures["intervention"] = level_figures(rows.cases, levels)
    if any(case.readiness is not None for case in rows.cases):
        figures["readiness"] = readiness_figures(rows.cases, scores)
    figures |= text_figures(rows, readings.outputs, rules)
    return Measured(rows, readings.outputs, tuple(scores), levels, figures)


def text_figures(rows: CaseSet, outputs: Outputs, rules: Rules) -> dict[str, Any]:
    """Emotion, labels and PAD: what rests on a text alone."""
    cases, found = rows.cases, dict[str, Any]()
    if named := _where(cases, lambda case: case.emotion is not None):
        found["emotion"] = emotion_figures(outputs.emotion_logits[named], [cases[i] for i in named], rules)
    if rows.label_set is not None:
        labelled = _where(cases, lambda case: case.labels is not None)
        known = [cases[i] for i in labelled]
        scores = label_scores(rows.label_set, outputs, rules.temperature)[labelled]
        found["labels"] = label_figures(scores, known, rows.label_set, rules)
        examples = [(i, e) for i, e in zip(labelled, named_examples(known, rows.label_set), strict=True) if e]
        if examples:
            logits = outputs.emotion_logits[[i for i, _ in examples]]
            found["labels"]["as_41"] = partial_figures(logits, [e for _, e in examples], rules)
    if rated := _where(cases, lambda case: case.pad is not None):
        found |= _pad(rows.pad_scale, outputs, rated, np.array([cases[i].pad for i in rated]))
    return found


def label_scores(label_set: LabelSet, outputs: Outputs, temperature: float) -> Floats:
    """[rows, labels]: the 28 labels' logits, or the 41 emotions' probabilities."""
    return outputs.label_logits if label_set is LabelSet.GOEMOTIONS else softmax(outputs.emotion_logits, temperature)


def _pad(scale: PadScale | None, outputs: Outputs, rated: list[int], truth: Floats) -> dict[str, Any]:
    said = {PadScale.LEARNER: outputs.pad, PadScale.EMOBANK: outputs.pad_emobank}
    wanted = list(said) if scale is None else [scale]
    # Each scale has a head of its own; where a file does not say which it means, the reader has to choose.
    return {"pad": {s.value: {"rows": len(rated), **pad_figures(said[s][rated], truth)} for s in wanted}}


def _where(cases: Sequence[Case], test: Any) -> list[int]:
    return [i for i, case in enumerate(cases) if test(case)]
