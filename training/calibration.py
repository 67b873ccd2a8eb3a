"""Temperature scaling (Guo et al., 2017): one number, learned on dev, that makes confidence mean what it says."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from emotionstream.schemas.emotions import EMOTIONS
from emotionstream.training.datasets.example import Example

Floats = NDArray[np.float64]
_ITERATIONS = 100


def fit_temperature(sets: Sequence[tuple[Floats, Sequence[Example]]]) -> float:
    """The temperature with the lowest mean negative log likelihood; each set of (logits [rows, 41], examples)
    counts the same. LBFGS on its logarithm.

    Rows without a true class are left out; the softmax runs over the classes that the row's annotators could choose.
    """
    prepared = [_prepare(logits, examples) for logits, examples in sets]
    log_temperature = torch.zeros((), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([log_temperature], max_iter=_ITERATIONS, line_search_fn="strong_wolfe")

    def closure() -> float:
        optimizer.zero_grad()
        losses = [_loss(logits / log_temperature.exp(), allowed, true) for logits, allowed, true in prepared]
        loss = torch.stack(losses).mean()
        loss.backward()  # type: ignore[no-untyped-call]  # torch declares no types here
        return float(loss.detach())

    optimizer.step(closure)  # type: ignore[no-untyped-call]  # as above
    return float(log_temperature.exp().detach())


def _prepare(logits: Floats, examples: Sequence[Example]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    rows = [i for i, example in enumerate(examples) if example.emotions or example.candidates]
    allowed = torch.zeros(len(rows), len(EMOTIONS), dtype=torch.bool)
    true = torch.zeros(len(rows), len(EMOTIONS), dtype=torch.bool)
    for row, i in enumerate(rows):
        # What a careful reader would accept too counts as a choice here: confidence is about the first class.
        allowed[row, sorted(examples[i].allowed | examples[i].also)] = True
        true[row, sorted(examples[i].emotions | examples[i].candidates)] = True
    return torch.from_numpy(logits[rows]), allowed, true


def _loss(logits: torch.Tensor, allowed: torch.Tensor, true: torch.Tensor) -> torch.Tensor:
    # Masked after the division: the gradient of an infinite logit's quotient is not a number.
    log_p = logits.masked_fill(~allowed, -torch.inf).log_softmax(dim=1)
    return -log_p.masked_fill(~true, -torch.inf).logsumexp(dim=1).mean()
