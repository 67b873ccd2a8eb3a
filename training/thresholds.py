"""Where a label's score is cut: chosen on some rows, meant for others. Pure numpy."""

import numpy as np

from emotionstream.training.figures import Flags, Floats, f1


def best_threshold(scores: Floats, truth: Flags) -> float:
    """The cut on ``scores`` [rows] with the highest F1 for one label; halfway between two neighbouring scores.

    Where all rows are best taken it lies below the lowest, of logits too.
    """
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(truth[order])
    taken = np.arange(1, len(scores) + 1)
    values = 2 * hits / (taken + truth.sum()).clip(min=1)
    best = int(np.argmax(values))
    upper = scores[order[best]]
    below_all = 0.0 if upper > 0 else upper - 1
    lower = scores[order[best + 1]] if best + 1 < len(order) else below_all
    return float((upper + lower) / 2)


def crossed_predictions(scores: Floats, truth: Flags) -> Flags:
    """[rows, labels]: thresholds chosen on one half of the rows (even, odd) and applied to the other, both ways."""
    predicted = np.zeros_like(truth)
    even = np.arange(len(scores)) % 2 == 0
    for label in range(truth.shape[1]):
        for chosen, applied in ((even, ~even), (~even, even)):
            cut = best_threshold(scores[chosen, label], truth[chosen, label])
            predicted[applied, label] = scores[applied, label] > cut
    return predicted


def crossed_macro_f1(scores: Floats, truth: Flags) -> tuple[float, list[float]]:
    """Macro-F1 over labels by ``crossed_predictions``, and the F1 of each label over all rows."""
    predicted = crossed_predictions(scores, truth)
    each = [f1(predicted[:, label], truth[:, label]) for label in range(truth.shape[1])]
    return float(np.mean(each)), each
