"""Run a model over examples, and say how well it does on each source's dev set."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from emotionstream.inference.model.labels import GOEMOTIONS_LABELS
from emotionstream.schemas.emotions import EMOTIONS
from emotionstream.training import figures
from emotionstream.training.datasets.example import Example
from emotionstream.training.rows import TextEncoder, no_context
from emotionstream.training.thresholds import crossed_macro_f1

if TYPE_CHECKING:  # It brings transformers, which takes seconds to import: not for a graph.
    from emotionstream.inference.model.emotion_model import EmotionModel

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Outputs:
    """What a backend says of a list of texts, in their order (numpy, float64)."""

    emotion_logits: Floats
    pad: Floats
    readiness_score: Floats
    readiness_logits: Floats
    label_logits: Floats
    pad_emobank: Floats


OUTPUT_NAMES = ("emotion_logits", "pad", "readiness_score", "readiness_logits", "label_logits", "pad_emobank")

Predict = Callable[[list[tuple[Tensor, Tensor]], Tensor], list[Floats]]
"""One batch: (input_ids, attention_mask) per encoder and context -> arrays in the order of OUTPUT_NAMES."""


def torch_predict(model: "EmotionModel", bf16: bool = False) -> Predict:
    """The model as a function over batches, on the device where it lies."""
    device = next(model.parameters()).device

    def predict(tokens: list[tuple[Tensor, Tensor]], context: Tensor) -> list[Floats]:
        placed = [(ids.to(device), mask.to(device)) for ids, mask in tokens]
        with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16, enabled=bf16):
            reading = model(placed, context.to(device))
        return [getattr(reading, name).cpu().double().numpy() for name in OUTPUT_NAMES]

    return predict


def score(
    predict: Predict, encoder: TextEncoder, texts: Sequence[str], context: Tensor | None = None, batch: int = 64
) -> Outputs:
    """Outputs for ``texts`` in their order; batches are of like length."""
    ids = encoder.ids(texts)
    order = sorted(range(len(texts)), key=lambda i: len(ids[0][i]))
    known = no_context(len(texts)) if context is None else context
    parts: list[list[Floats]] = []
    for start in range(0, len(order), batch):
        rows = order[start : start + batch]
        parts.append(predict(encoder.tensors([[part[i] for i in rows] for part in ids]), known[rows]))
    back = np.argsort(order)
    return Outputs(*(np.concatenate(column)[back] for column in zip(*parts, strict=True)))


def goemotions_figures(outputs: Outputs, examples: Sequence[Example], temperature: float = 1.0) -> dict[str, Any]:
    """28-label macro-F1, and calibration of the 41-way softmax over the classes the annotators could choose."""
    truth = np.zeros((len(examples), len(GOEMOTIONS_LABELS)), dtype=bool)
    for i, example in enumerate(examples):
        truth[i, sorted(example.labels or ())] = True
    macro, each = crossed_macro_f1(outputs.label_logits, truth)
    named = [i for i, example in enumerate(examples) if example.emotions or example.candidates]
    allowed = np.zeros((len(named), len(EMOTIONS)), dtype=bool)
    for row, i in enumerate(named):
        allowed[row, sorted(examples[i].allowed)] = True
    probabilities = figures.softmax(np.where(allowed, outputs.emotion_logits[named], -np.inf), temperature)
    top = probabilities.argmax(axis=1)
    right = np.array([top[r] in (examples[i].emotions | examples[i].candidates) for r, i in enumerate(named)])
    return {
        "rows": len(examples),
        "macro_f1_28": macro,
        "f1_28": dict(zip(GOEMOTIONS_LABELS, each, strict=True)),
        "top1_41_partial": float(right.mean()),
        "ece_41_partial": figures.calibration_error(probabilities.max(axis=1), right),
    }


def learner_figures(outputs: Outputs, examples: Sequence[Example], temperature: float = 1.0) -> dict[str, Any]:
    """Top-1, acceptable, macro-F1, calibration and PAD on learner messages."""
    truth = np.array([min(example.emotions) for example in examples])
    probabilities = figures.softmax(outputs.emotion_logits, temperature)
    top = probabilities.argmax(axis=1)
    accepted = np.array([top[i] in (e.emotions | e.also) for i, e in enumerate(examples)])
    pad = np.array([example.pad_learner for example in examples])
    return {
        "rows": len(examples),
        "top1": float((top == truth).mean()),
        "acceptable": float(accepted.mean()),
        "top5": float(np.mean([t in np.argsort(-p)[:5] for t, p in zip(truth, probabilities, strict=True)])),
        "macro_f1_41": figures.macro_f1(top, truth, len(EMOTIONS)),
        "ece": figures.calibration_error(probabilities.max(axis=1), top == truth),
        "nll": float(-np.log(probabilities[np.arange(len(truth)), truth].clip(min=1e-12)).mean()),
        "brier": figures.brier(probabilities, truth),
        "pad": pad_figures(outputs.pad, pad),
    }


def pad_figures(predicted: Floats, truth: Floats) -> dict[str, dict[str, float]]:
    """Pearson r, concordance and MAE per dimension, beside the MAE of always saying the mean."""
    return {
        name: {
            "r": figures.pearson(predicted[:, i], truth[:, i]),
            "ccc": figures.concordance(predicted[:, i], truth[:, i]),
            "mae": float(np.abs(predicted[:, i] - truth[:, i]).mean()),
            "mae_of_mean": float(np.abs(truth[:, i] - truth[:, i].mean()).mean()),
        }
        for i, name in enumerate(("pleasure", "arousal", "dominance"))
    }


def emobank_figures(outputs: Outputs, examples: Sequence[Example]) -> dict[str, Any]:
    """PAD in EmoBank's scale."""
    truth = np.array([example.pad_emobank for example in examples])
    return {"rows": len(examples), "pad": pad_figures(outputs.pad_emobank, truth)}
