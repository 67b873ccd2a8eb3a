"""Figures of merit. Pure numpy; each says what it is and where it comes from."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

BINS = 15
SMALLEST = 1e-12
"""Least probability whose logarithm is taken."""


def f1(predicted: Flags, truth: Flags) -> float:
    """F1 of one class; 0 where nothing is found."""
    both = float(np.sum(predicted & truth))
    total = float(np.sum(predicted) + np.sum(truth))
    return 2 * both / total if total else 0.0


def macro_f1(predicted: Ints, truth: Ints, classes: int) -> float:
    """Mean F1 over ``classes`` single-label classes."""
    return float(np.mean([f1(predicted == c, truth == c) for c in range(classes)]))


def pearson(a: Floats, b: Floats) -> float:
    """Correlation of two series; 0 where one of them is constant or there is nothing."""
    if not len(a) or np.std(a) == 0 or np.std(b) == 0:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])


def concordance(a: Floats, b: Floats) -> float:
    """Concordance correlation coefficient (Lin, 1989): correlation that also asks for the same mean and spread.

    0 where both series are one and the same constant.
    """
    covariance = float(np.mean((a - a.mean()) * (b - b.mean())))
    apart = float(a.var() + b.var() + (a.mean() - b.mean()) ** 2)
    return 2 * covariance / apart if apart else 0.0


def calibration_error(confidence: Floats, correct: Flags, bins: int = BINS) -> float:
    """Expected calibration error over ``bins`` of equal mass (Nguyen & O'Connor, 2015)."""
    parts = np.array_split(np.argsort(confidence, kind="stable"), bins)
    gaps = [len(p) * abs(confidence[p].mean() - correct[p].mean()) for p in parts if len(p)]
    return float(sum(gaps) / len(confidence))


def brier(probabilities: Floats, truth: Ints) -> float:
    """Mean squared distance of the probability vector from the true class's (Brier, 1950), in [0, 2]."""
    hot = np.eye(probabilities.shape[1])[truth]
    return float(np.mean(np.sum((probabilities - hot) ** 2, axis=1)))


def weighted_kappa(predicted: Sequence[int] | Ints, truth: Sequence[int] | Ints, levels: int) -> float:
    """Quadratic weighted kappa (Cohen, 1968): agreement on an ordered scale, 0 is chance, 1 is all."""
    table = np.zeros((levels, levels))
    np.add.at(table, (np.asarray(truth), np.asarray(predicted)), 1)
    place = np.arange(levels)
    cost = (place[:, None] - place[None, :]) ** 2
    chance = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    wrong = float((cost * chance).sum())
    return 1.0 - float((cost * table).sum()) / wrong if wrong else 1.0


def softmax(logits: Floats, temperature: float = 1.0) -> Floats:
    """Probabilities along the last axis."""
    scaled = logits / temperature
    raised = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    probabilities: Floats = raised / raised.sum(axis=-1, keepdims=True)
    return probabilities


def likelihood(probabilities: Floats, true: Flags) -> float:
    """Mean negative log likelihood (nats); ``true`` [rows, classes]: where several are, their probabilities add up."""
    mass = np.where(true, probabilities, 0.0).sum(axis=1)
    return float(-np.log(mass.clip(min=SMALLEST)).mean())


def honest_error(confidence: Floats, bins: int, draws: int, seed: int) -> tuple[float, float]:
    """Mean and 95th percentile of the calibration error that ``confidence`` has where it is exactly true.

    A finite set never gives 0: answers are drawn right with the probability that they claim (consistency resampling,
    Broecker & Smith, 2007). An error within this is no sign of a bad calibration.
    """
    rng = np.random.default_rng(seed)
    errors = [calibration_error(confidence, rng.random(len(confidence)) < confidence, bins) for _ in range(draws)]
    return float(np.mean(errors)), float(np.quantile(errors, 0.95))


def reliability(confidence: Floats, correct: Flags, bins: int = BINS) -> list[dict[str, float]]:
    """The bins of ``calibration_error``, least confident first: rows, mean confidence, share that is correct."""
    parts = np.array_split(np.argsort(confidence, kind="stable"), bins)
    return [
        {"rows": len(p), "confidence": float(confidence[p].mean()), "correct": float(correct[p].mean())}
        for p in parts
        if len(p)
    ]


def risk_coverage(confidence: Floats, correct: Flags) -> tuple[Floats, Floats, Floats]:
    """Threshold, coverage and risk, each [distinct confidences], most confident first (El-Yaniv & Wiener, 2010).

    Coverage is the share of answers at or above the threshold, risk the share of these that are wrong.
    """
    order = np.argsort(-confidence, kind="stable")
    sorted_confidence = confidence[order]
    last = np.append(sorted_confidence[1:] != sorted_confidence[:-1], True)
    taken = np.arange(1, len(order) + 1)
    wrong = np.cumsum(~correct[order])
    return sorted_confidence[last], (taken / len(order))[last], (wrong / taken)[last]


def area_under_risk(confidence: Floats, correct: Flags) -> float:
    """Mean risk over all coverages (AURC); lower is better, and it is the error rate where confidence says nothing."""
    order = np.argsort(-confidence, kind="stable")
    return float(np.mean(np.cumsum(~correct[order]) / np.arange(1, len(order) + 1)))


def class_scores(predicted: Flags, truth: Flags) -> list[dict[str, float]]:
    """Precision, recall, F1 and support of each column; 0 where there is nothing to divide by."""
    both, said, wanted = (predicted & truth).sum(axis=0), predicted.sum(axis=0), truth.sum(axis=0)
    return [
        {
            "precision": float(b / s) if s else 0.0,
            "recall": float(b / w) if w else 0.0,
            "f1": float(2 * b / (s + w)) if s + w else 0.0,
            "support": int(w),
        }
        for b, s, w in zip(both, said, wanted, strict=True)
    ]


def hot(classes: Ints, count: int) -> Flags:
    """[rows, count]: true at each row's class."""
    table: Flags = np.arange(count)[None, :] == classes[:, None]
    return table
