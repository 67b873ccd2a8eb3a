"""Multi-head attention (Vaswani et al., 2017) with one code path in training, in scoring and in a traced graph."""

import torch
from torch import Tensor, nn
from torch.nn import functional


class MultiHeadAttention(nn.Module):
    """Queries [batch, queries, width] ask keys [batch, keys, width] -> [batch, queries, width]."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)
        self.out = nn.Linear(width, width)

    def forward(self, queries: Tensor, keys: Tensor, seen: Tensor | None = None) -> Tensor:
        """``seen`` [batch, keys] is true where a key may be looked at."""
        mask = None if seen is None else seen[:, None, None, :]
        answer = functional.scaled_dot_product_attention(
            self._split(self.query(queries)), self._split(self.key(keys)), self._split(self.value(keys)), mask
        )
        mixed: Tensor = self.out(torch.cat(list(answer.unbind(1)), dim=-1))
        return mixed

    def _split(self, vectors: Tensor) -> Tensor:
        return torch.stack(vectors.chunk(self.heads, dim=-1), dim=1)
