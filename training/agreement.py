"""How far two backends agree, and whether a result depends on what shares its batch."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emotionstream.training.figures import softmax
from emotionstream.training.rows import TextEncoder, no_context
from emotionstream.training.scoring import OUTPUT_NAMES, Outputs, Predict, score

BATCH = 64


def agreement(reference: Outputs, other: Outputs, temperature: float) -> dict[str, Any]:
    """Share of the same top class, and the largest and mean differences, of ``other`` against ``reference``."""
    p, q = softmax(reference.emotion_logits, temperature), softmax(other.emotion_logits, temperature)
    gap, pad = np.abs(p - q), np.abs(reference.pad - other.pad)
    return {
        "texts": len(p),
        "same_top_class": float((p.argmax(axis=1) == q.argmax(axis=1)).mean()),
        "largest_probability_difference": float(gap.max()),
        "mean_probability_difference": float(gap.mean()),
        "largest_pad_difference": float(pad.max()),
        "mean_pad_difference": float(pad.mean()),
    }


def batch_effect(predict: Predict, encoder: TextEncoder, texts: Sequence[str], temperature: float) -> dict[str, Any]:
    """Each text alone against the same text in sorted batches of 64 and in mixed ones with padding."""
    alone = score(predict, encoder, texts, batch=1)
    ways = {"sorted": score(predict, encoder, texts, batch=BATCH), "mixed": _mixed(predict, encoder, texts)}
    top = alone.emotion_logits.argmax(axis=1)
    base = softmax(alone.emotion_logits, temperature)
    found: dict[str, Any] = {"texts": len(texts)}
    for name, outputs in ways.items():
        found[f"{name}_largest_probability_change"] = float(
            np.abs(softmax(outputs.emotion_logits, temperature) - base).max()
        )
        found[f"{name}_changed_top_class"] = float((outputs.emotion_logits.argmax(axis=1) != top).mean())
        found[f"{name}_largest_change_of_any_output"] = max(
            float(np.abs(getattr(outputs, part) - getattr(alone, part)).max()) for part in OUTPUT_NAMES
        )
    return found


def _mixed(predict: Predict, encoder: TextEncoder, texts: Sequence[str]) -> Outputs:
    ids = encoder.ids(texts)
    parts: list[list[NDArray[np.float64]]] = []
    for start in range(0, len(texts), BATCH):
        rows = range(start, min(start + BATCH, len(texts)))
        tokens = encoder.tensors([[part[i] for i in rows] for part in ids])
        parts.append(predict(tokens, no_context(len(rows))))
    return Outputs(*(np.concatenate(column) for column in zip(*parts, strict=True)))
