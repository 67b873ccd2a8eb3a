"""Multi-head attention (Vaswani et al., 2017) with one code path in training, in scoring and in a traced graph."""

from torch import Tensor, nn
from torch.nn import functional

from emotionstream.schemas.settings.model import HEADS_AXIS


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
        mixed: Tensor = self.out(answer.transpose(1, HEADS_AXIS).flatten(HEADS_AXIS))
        return mixed

    def _split(self, vectors: Tensor) -> Tensor:
        batch, length, width = vectors.shape
        return vectors.view(batch, length, self.heads, width // self.heads).transpose(1, HEADS_AXIS)
