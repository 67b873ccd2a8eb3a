"""Dev figures that training writes beside a checkpoint. `evaluate` measures more, on any rows: see ``evaluate``."""

from collections.abc import Mapping, Sequence
from typing import Any

from emotionstream.training.datasets.corpus import DEV_FILES
from emotionstream.training.datasets.example import Example
from emotionstream.training.datasets.places import EMOBANK, GOEMOTIONS
from emotionstream.training.rows import TextEncoder
from emotionstream.training.scoring import (
    Outputs,
    Predict,
    emobank_figures,
    goemotions_figures,
    learner_figures,
    score,
)

Dev = Mapping[str, Sequence[Example]]


def outputs_of(predict: Predict, encoder: TextEncoder, dev: Dev) -> dict[str, Outputs]:
    """Outputs per dev set."""
    return {name: score(predict, encoder, [example.text for example in rows]) for name, rows in dev.items()}


def evaluate(outputs: Mapping[str, Outputs], dev: Dev, temperature: float) -> dict[str, Any]:
    """Figures per dev set (those that are there)."""
    found: dict[str, Any] = {}
    for name, rows in dev.items():
        if name == GOEMOTIONS:
            found[name] = goemotions_figures(outputs[name], rows, temperature)
        elif name == EMOBANK:
            found[name] = emobank_figures(outputs[name], rows)
        elif name in DEV_FILES:
            found[name] = learner_figures(outputs[name], rows, temperature)
    return found
