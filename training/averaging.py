"""An exponential moving average of a model's weights (Polyak & Juditsky, 1992)."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn


class WeightAverage:
    """Shadow of the trainable weights. ``decay`` rises from 0.5 at the start, so that the random start is forgotten."""

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.decay = decay
        self.steps = 0
        self.shadow = {name: value.detach().clone() for name, value in model.named_parameters()}

    @torch.no_grad()
    def update(self, model: nn.Module) -> None:
        """Fold in the weights after one step."""
        self.steps += 1
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        names, values = zip(*model.named_parameters(), strict=True)
        shadows: list[Tensor] = [self.shadow[name] for name in names]
        torch._foreach_lerp_(shadows, [value.detach() for value in values], 1 - decay)

    @contextmanager
    def applied(self, model: nn.Module) -> Iterator[None]:
        """Let the model have the averaged weights inside the block."""
        kept = {name: value.detach().clone() for name, value in model.named_parameters()}
        _copy(model, self.shadow)
        try:
            yield
        finally:
            _copy(model, kept)


@torch.no_grad()
def mean_weights(states: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """The mean of several weights of one model (Wortsman et al., 2022: a soup). Integers are the first one's."""
    first = states[0]
    return {
        name: torch.stack([state[name] for state in states]).mean(dim=0) if value.is_floating_point() else value
        for name, value in first.items()
    }


@torch.no_grad()
def _copy(model: nn.Module, values: dict[str, Tensor]) -> None:
    for name, parameter in model.named_parameters():
        parameter.copy_(values[name])
