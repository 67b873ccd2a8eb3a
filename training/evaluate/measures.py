"""Figures of one kind of label each, from what the model says and what is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from emotionstream.inference.model.labels import GOEMOTIONS_LABELS
from emotionstream.schemas.emotions import EMOTIONS
from emotionstream.schemas.settings.evaluation import EvaluationSettings
from emotionstream.training import figures
from emotionstream.training.datasets.example import Example
from emotionstream.training.datasets.goemotions import to_example
from emotionstream.training.evaluate.case import Case, LabelSet
from emotionstream.training.evaluate.evidence import Evidence, tables
from emotionstream.training.evaluate.rules import kept_figures, label_truth
from emotionstream.training.figures import Flags, Floats, Ints
from emotionstream.training.thresholds import crossed_predictions

TOP: Final = 5
CURVE_POINTS: Final = 100
"""Points of a stored risk-coverage curve: enough for a picture."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What figures depend on besides the rows: of the checkpoint, of its training data, and of the settings.

    ``threshold`` is the confidence below which an answer is uncertain (None: no rule), ``label_thresholds`` [28] cut
    the labels' logits.
    """

    temperature: float
    threshold: float | None
    label_thresholds: tuple[float, ...] | None
    evidence: Evidence
    settings: EvaluationSettings


def emotion_figures(logits: Floats, cases: Sequence[Case], rules: Rules) -> dict[str, Any]:
    """Figures of the 41-way softmax on rows with one true class, ``emotion``; ``also`` counts as acceptable."""
    truth, settings = np.array([case.emotion for case in cases]), rules.settings
    probabilities = figures.softmax(logits, rules.temperature)
    top, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    count = len(EMOTIONS)
    accepted = np.array([top[i] == case.emotion or top[i] in case.also for i, case in enumerate(cases)])
    scores = dict(zip(EMOTIONS, figures.class_scores(figures.hot(top, count), figures.hot(truth, count)), strict=True))
    seen = [row["f1"] for row in scores.values() if row["support"]]
    return {
        "rows": len(cases),
        "top1": float((top == truth).mean()),
        "acceptable": float(accepted.mean()),
        "top5": float(np.mean([t in np.argsort(-p)[:TOP] for t, p in zip(truth, probabilities, strict=True)])),
        "macro_f1": float(np.mean(seen)),
        "classes_with_support": len(seen),
        "calibration": calibration_figures(
            {"after": probabilities, "before": figures.softmax(logits)}, figures.hot(truth, count), settings
        ),
        "ece_acceptable": figures.calibration_error(confidence, accepted, settings.bins),
        "abstention": abstention_figures(confidence, accepted, rules.threshold),
        "tables": tables(scores, {name: rules.evidence.ground(name, settings.thin_below) for name in EMOTIONS}),
        "confusion": confusion(top, truth),
    }


def calibration_figures(
    probabilities: Mapping[str, Floats], true: Flags, settings: EvaluationSettings
) -> dict[str, Any]:
    """ECE, Brier and NLL before and after temperature, the bins after it, and the ECE of a perfect calibration.

    A row is right where its first class is one that is true. Brier is over the rows with one true class.
    """
    right = {name: true[np.arange(len(p)), p.argmax(axis=1)] for name, p in probabilities.items()}
    single = true.sum(axis=1) == 1
    after = probabilities["after"].max(axis=1)
    mean, high = figures.honest_error(after, settings.bins, settings.calibration_draws, settings.seed)
    return {
        **{
            name: {
                "ece": figures.calibration_error(p.max(axis=1), right[name], settings.bins),
                "nll": figures.likelihood(p, true),
                "brier": figures.brier(p[single], true[single].argmax(axis=1)) if single.any() else None,
            }
            for name, p in probabilities.items()
        },
        "ece_of_perfect_calibration": {"mean": mean, "p95": high},
        "bins": figures.reliability(after, right["after"], settings.bins),
    }


def abstention_figures(confidence: Floats, correct: Flags, threshold: float | None) -> dict[str, Any]:
    """The risk-coverage curve, its area, and what the threshold gives on these rows."""
    thresholds, coverage, risk = figures.risk_coverage(confidence, correct)
    chosen = np.unique(np.linspace(0, len(thresholds) - 1, CURVE_POINTS).round().astype(int))
    curve = [
        {"threshold": float(t), "coverage": float(c), "risk": float(r)}
        for t, c, r in zip(thresholds[chosen], coverage[chosen], risk[chosen], strict=True)
    ]
    found: dict[str, Any] = {"aurc": figures.area_under_risk(confidence, correct), "risk_of_all": float(risk[-1])}
    if threshold is not None:
        found |= {"threshold": threshold, **kept_figures(confidence, correct, threshold)}
    return found | {"curve": curve}


def confusion(predicted: Ints, truth: Ints) -> list[dict[str, Any]]:
    """Every pair of true and predicted class that occurs, the commonest mistakes first, then what was right."""
    table = np.zeros((len(EMOTIONS), len(EMOTIONS)), dtype=int)
    np.add.at(table, (truth, predicted), 1)
    pairs = sorted(zip(*np.nonzero(table), strict=True), key=lambda pair: (pair[0] == pair[1], -table[pair]))
    return [{"true": EMOTIONS[t], "said": EMOTIONS[p], "rows": int(table[t, p])} for t, p in pairs]


def label_figures(scores: Floats, cases: Sequence[Case], label_set: LabelSet, rules: Rules) -> dict[str, Any]:
    """Multi-label figures: macro-F1 with thresholds chosen on one half and applied to the other, and as stored.

    ``scores``: [rows, labels], the 28 labels' logits or the 41 emotions' probabilities.
    """
    truth = label_truth(cases, label_set)
    found: dict[str, Any] = {"label_set": label_set.value, "rows": len(cases)}
    if len(cases) > 1:
        predicted = crossed_predictions(scores, truth)
        found |= predicted_figures(predicted, truth, label_set, "halves", rules)
    stored = rules.label_thresholds if label_set is LabelSet.GOEMOTIONS else None
    if stored is not None:
        found |= predicted_figures(scores > np.array(stored), truth, label_set, "stored", rules)
    return found


def partial_figures(logits: Floats, examples: Sequence[Example], rules: Rules) -> dict[str, Any]:
    """Calibration of the 41-way softmax over the classes that a row's annotators could choose (partial labels)."""
    allowed = np.zeros((len(examples), len(EMOTIONS)), dtype=bool)
    true = np.zeros_like(allowed)
    for row, example in enumerate(examples):
        allowed[row, sorted(example.allowed)] = True
        true[row, sorted(example.emotions | example.candidates)] = True
    masked = np.where(allowed, logits, -np.inf)
    probabilities = {"after": figures.softmax(masked, rules.temperature), "before": figures.softmax(masked)}
    after = probabilities["after"]
    right = true[np.arange(len(true)), after.argmax(axis=1)]
    return {
        "rows": len(examples),
        "top1": float(right.mean()),
        "calibration": calibration_figures(probabilities, true, rules.settings),
        "abstention": abstention_figures(after.max(axis=1), right, None),
    }


def named_examples(cases: Sequence[Case], label_set: LabelSet | None) -> list[Example | None]:
    """Each row's GoEmotions labels in terms of the 41 classes; None where they say nothing of these."""
    if label_set is not LabelSet.GOEMOTIONS:
        return [None] * len(cases)
    place = {name: k for k, name in enumerate(GOEMOTIONS_LABELS)}
    rows = [to_example(c.text, list(c.labels or ()), frozenset(place[name] for name in c.labels or ())) for c in cases]
    return [row if row.emotions or row.candidates else None for row in rows]


def predicted_figures(predicted: Flags, truth: Flags, label_set: LabelSet, how: str, rules: Rules) -> dict[str, Any]:
    """Figures of labels that are said or not, ``predicted`` and ``truth`` [rows, labels]; ``how`` they were chosen."""
    names, evidence = label_set.names, rules.evidence
    scores = dict(zip(names, figures.class_scores(predicted, truth), strict=True))
    ground = evidence.label_ground if label_set is LabelSet.GOEMOTIONS else evidence.ground
    seen = [row["f1"] for row in scores.values() if row["support"]]
    both = float((predicted & truth).sum())
    total = float(predicted.sum() + truth.sum())
    return {
        f"macro_f1_{how}": float(np.mean(seen)) if seen else None,
        f"micro_f1_{how}": 2 * both / total if total else None,
        "labels_with_support": len(seen),
        f"tables_{how}": tables(scores, {name: ground(name, rules.settings.thin_below) for name in names}),
    }
