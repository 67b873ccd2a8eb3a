"""Rules that are chosen on dev sets and stored with a checkpoint: when to abstain, and the 28 labels' thresholds."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from emotionstream.inference.abstention import KEY as ABSTENTION
from emotionstream.schemas.settings.abstention import AbstentionSettings
from emotionstream.training import figures
from emotionstream.training.evaluate.case import Case, CaseSet, LabelSet
from emotionstream.training.figures import Flags, Floats
from emotionstream.training.thresholds import best_threshold

if TYPE_CHECKING:
    # torch comes with it, and the rules need none.
    from emotionstream.training.scoring import Outputs

LABEL_THRESHOLDS: Final = "label_thresholds"
"""Their key in calibration.json."""


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
    return [best_threshold(scores[:, k], truth[:, k]) for k in range(truth.shape[1])]


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


def chosen_rules(
    sets: Sequence[tuple[CaseSet, "Outputs"]], temperature: float, settings: AbstentionSettings
) -> dict[str, Any]:
    """What ``sets`` give to a checkpoint's calibration: the abstention rule from rows with an emotion, and the labels'
    thresholds from rows with GoEmotions' labels. A key is absent where nothing can be chosen.
    """
    named = {rows.name: told for rows, outputs in sets if (told := confidences(rows, outputs, temperature)) is not None}
    rule = abstention_rule(named, settings.target_risk, settings.least_kept) if named else None
    found: dict[str, Any] = {} if rule is None else {ABSTENTION: rule}
    labelled = [(rows, outputs) for rows, outputs in sets if rows.label_set is LabelSet.GOEMOTIONS]
    if labelled:
        scores = np.concatenate([outputs.label_logits[_labelled(rows)] for rows, outputs in labelled])
        truth = np.concatenate(
            [label_truth([rows.cases[i] for i in _labelled(rows)], LabelSet.GOEMOTIONS) for rows, _ in labelled]
        )
        found[LABEL_THRESHOLDS] = [round(cut, 6) for cut in label_thresholds(scores, truth)]
    return found


def confidences(rows: CaseSet, outputs: "Outputs", temperature: float) -> tuple[Floats, Flags] | None:
    """Confidence of the rows with an emotion, and whether a careful reader would accept the answer."""
    named = [i for i, case in enumerate(rows.cases) if case.emotion is not None]
    if not named:
        return None
    probabilities = figures.softmax(outputs.emotion_logits[named], temperature)
    top = probabilities.argmax(axis=1).tolist()
    cases = [rows.cases[i] for i in named]
    accepted = [said == case.emotion or said in case.also for said, case in zip(top, cases, strict=True)]
    return probabilities.max(axis=1), np.array(accepted)


def label_truth(cases: Sequence[Case], label_set: LabelSet) -> Flags:
    """[rows, labels]: which labels each row has."""
    place = {name: k for k, name in enumerate(label_set.names)}
    truth = np.zeros((len(cases), len(place)), dtype=bool)
    for row, case in enumerate(cases):
        truth[row, [place[name] for name in case.labels or ()]] = True
    return truth


def _labelled(rows: CaseSet) -> list[int]:
    return [i for i, case in enumerate(rows.cases) if case.labels is not None]
