"""Attention fusion: the tokens of all encoders become one vector."""

import torch
from torch import Tensor, nn

from emotionstream.inference.model.attention import MultiHeadAttention
from emotionstream.inference.model.config import FusionConfig


class AttentionFusion(nn.Module):
    """The mean of each encoder's tokens asks, by multi-head attention, the tokens of all encoders."""

    def __init__(self, config: FusionConfig) -> None:
        super().__init__()
        self.attention = MultiHeadAttention(config.width, config.heads)
        self.norm = nn.LayerNorm(config.width)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, tokens: list[Tensor], masks: list[Tensor]) -> Tensor:
        """``tokens`` [batch, tokens, width] and ``masks`` [batch, tokens] per encoder -> [batch, width]."""
        means = torch.stack([masked_mean(t, m) for t, m in zip(tokens, masks, strict=True)], dim=1)
        every, seen = torch.cat(tokens, dim=1), torch.cat(masks, dim=1).to(torch.bool)
        mixed = self.attention(means, every, seen)
        each: Tensor = self.norm(means + self.dropout(mixed))
        # Not `each.mean(dim=1)`: OpenVINO 2026.4 gives rows after a batch's first wrong values where it fuses that
        # reduction with a quantisation by channel.
        total = each[:, 0]
        for encoder in range(1, each.shape[1]):
            total = total + each[:, encoder]
        return total / each.shape[1]


def masked_mean(tokens: Tensor, mask: Tensor) -> Tensor:
    """Mean of ``tokens`` [batch, tokens, width] where ``mask`` [batch, tokens] is 1 -> [batch, width]."""
    weights = mask.to(tokens.dtype).unsqueeze(-1)
    return (tokens * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1)
