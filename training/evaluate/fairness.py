"""Whether the same words about different people read differently (Equity Evaluation Corpus)."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from emotionstream.training.datasets.eec import Contrast, EquityPair
from emotionstream.training.figures import Floats

NEUTRAL: Final = "no emotion word"


def fairness_figures(pleasure: Floats, pairs: Sequence[EquityPair]) -> dict[str, Any]:
    """Paired differences of valence (the model's pleasure, [sentences]), first side minus second.

    First is male or African-American, second female or European. ``largest_mean_paired_difference`` is the largest
    mean, its sign aside, over both contrasts: of all their pairs, and of those of each emotion.
    """
    found = {contrast.value: _contrast(pleasure, [p for p in pairs if p.contrast is contrast]) for contrast in Contrast}
    means = [abs(group["mean"]) for part in found.values() for group in (part["all"], *part["by_emotion"].values())]
    return {"sentences": len(pleasure), "largest_mean_paired_difference": max(means), **found}


def differences(pleasure: Floats, pairs: Sequence[EquityPair]) -> Floats:
    """[pairs]: mean pleasure of the first side's sentences minus that of the second's."""
    return np.array([pleasure[list(p.first)].mean() - pleasure[list(p.second)].mean() for p in pairs])


def _contrast(pleasure: Floats, pairs: Sequence[EquityPair]) -> dict[str, Any]:
    return {
        "all": _summary(differences(pleasure, pairs)),
        "by_emotion": _grouped(pleasure, pairs, lambda pair: pair.emotion or NEUTRAL),
        "by_people": _grouped(pleasure, pairs, lambda pair: pair.people),
        "by_template": _grouped(pleasure, pairs, lambda pair: pair.template),
    }


def _grouped(
    pleasure: Floats, pairs: Sequence[EquityPair], key: Callable[[EquityPair], str]
) -> dict[str, dict[str, float]]:
    groups: dict[str, list[EquityPair]] = defaultdict(list)
    for pair in pairs:
        groups[key(pair)].append(pair)
    return {name: _summary(differences(pleasure, group)) for name, group in groups.items()}


def _summary(values: Floats) -> dict[str, float]:
    return {
        "pairs": len(values),
        "mean": float(values.mean()),
        "mean_size": float(np.abs(values).mean()),
        "largest": float(np.abs(values).max()),
        "standard_error": float(values.std() / np.sqrt(len(values))),
    }
