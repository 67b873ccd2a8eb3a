"""Soft targets for ordered classes."""

from collections.abc import Sequence

import torch
from torch import Tensor


def ordinal_targets(ranks: Sequence[Sequence[int]], classes: int, softness: float) -> Tensor:
    """[rows, classes]: each rank's neighbours share it by exp(-distance / softness) (after Diaz & Marathe, 2019).

    ``ranks`` holds one rank for each reader of a row; readers count the same.
    """
    place = torch.arange(classes, dtype=torch.float32)
    rows = [torch.stack([_share(place, rank, softness) for rank in row]).mean(dim=0) for row in ranks]
    return torch.stack(rows)


def soft_cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    """Mean cross entropy against a distribution."""
    return -(target * logits.log_softmax(dim=-1)).sum(dim=-1).mean()


def _share(place: Tensor, rank: int, softness: float) -> Tensor:
    return (-(place - rank).abs() / softness).softmax(dim=0)
