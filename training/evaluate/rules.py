"""Rules that are chosen on dev sets and stored with a checkpoint: when to abstain, and the 28 labels' thresholds."""

import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from emotionstream.training import figures
from emotionstream.training.figures import Flags, Floats

ABSTENTION: Final = "abstention"
LABEL_THRESHOLDS: Final = "label_thresholds"
"""Their keys in calibration.json."""


def choose_threshold(confidence: Floats, correct: Flags, target_risk: float, least_kept: int) -> float | None:
    """The lowest threshold at which, of the answers kept, no more than ``target_risk`` are wrong (El-Yaniv & Wiener).

    None where no threshold that keeps ``least_kept`` answers is as good.
    """
    thresholds, coverage, risk = figures.risk_coverage(confidence, correct)
    fit = np.flatnonzero((risk <= target_risk) & (np.rint(coverage * len(confidence)) >= least_kept))
    return float(thresholds[fit[-1]]) if len(fit) else None


def kept_figures(confidence: Floats, correct: Flags, threshold: float) -> dict[str, float | None]:
    """Coverage (share at or above ``threshold``) and risk (share of these that is wrong; None where there are none)."""
    kept = confidence >= threshold
    return {
        "coverage": float(kept.mean()),
        "risk": float((~correct[kept]).mean()) if kept.any() else None,
    }


def abstention_rule(
    sets: Mapping[str, tuple[Floats, Flags]], target_risk: float, least_kept: int
) -> dict[str, Any] | None:
    """The rule for all ``sets`` of (confidence, correct) together, as it is stored; None where none is good enough.

    ``halves`` says what a threshold chosen on one half of the rows gives on the other, both ways: the honest figure.
    """
    confidence = np.concatenate([values for values, _ in sets.values()])
    correct = np.concatenate([values for _, values in sets.values()])
    found = choose_threshold(confidence, correct, target_risk, least_kept)
    if found is None:
        return None
    # Rounded down: what is stored must not cut off the answer that it was chosen by.
    threshold = math.floor(found * 1e6) / 1e6
    return {
        "threshold": threshold,
        "target_risk": target_risk,
        "chosen_on": list(sets),
        "rows": len(confidence),
        **kept_figures(confidence, correct, threshold),
        "halves": _crossed(confidence, correct, target_risk, least_kept),
    }


def label_thresholds(scores: Floats, truth: Flags) -> list[float]:
    """Each label's threshold on its logit with the highest F1."""
    return [figures.best_threshold(scores[:, k], truth[:, k]) for k in range(truth.shape[1])]


def _crossed(confidence: Floats, correct: Flags, target_risk: float, least_kept: int) -> dict[str, float | None]:
    even = np.arange(len(confidence)) % 2 == 0
    kept = np.zeros(len(confidence), dtype=bool)
    for chosen, applied in ((even, ~even), (~even, even)):
        threshold = choose_threshold(confidence[chosen], correct[chosen], target_risk, least_kept // 2)
        if threshold is not None:
            kept |= applied & (confidence >= threshold)
    return {
        "coverage": float(kept.mean()),
        "risk": float((~correct[kept]).mean()) if kept.any() else None,
    }
