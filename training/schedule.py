"""Learning rates over a stage, and who gets which."""

import math
import re
from typing import Any

from torch import nn

from emotionstream.training.settings import Stage, TrainingSettings

_LAYER = re.compile(r"\.layer\.(\d+)\.")


def factor(step: int, steps: int, warmup: float) -> float:
    """Share of the peak rate at ``step`` of ``steps``: linear warm-up, then half a cosine down to 0."""
    rise = max(1, round(steps * warmup))
    if step < rise:
        return (step + 1) / rise
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (step - rise) / max(1, steps - rise))))


def groups(model: nn.Module, stage: Stage, settings: TrainingSettings) -> list[dict[str, Any]]:
    """AdamW's parameter groups: encoder layers by depth, heads, and no decay on biases and norms."""
    depth = 1 + max((int(m[1]) for name, _ in model.named_parameters() if (m := _LAYER.search(name))), default=0)
    table: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        rate = _rate(name, depth, stage, settings.rate_decay_by_layer)
        decay = settings.weight_decay if parameter.dim() > 1 else 0.0
        table.setdefault((rate, decay), []).append(parameter)
    return [{"params": p, "lr": rate, "peak": rate, "weight_decay": decay} for (rate, decay), p in table.items()]


def set_trainable(model: nn.Module, *, embeddings: bool) -> None:
    """All weights are trained, the encoders' word vectors only if ``embeddings``."""
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(embeddings or ".backbone.embeddings." not in name)


def _rate(name: str, depth: int, stage: Stage, by_layer: float) -> float:
    if ".backbone." not in name:
        return stage.head_rate
    layer = _LAYER.search(name)
    height = int(layer[1]) + 1 if layer else 0
    return float(stage.encoder_rate * by_layer ** (depth - height))
