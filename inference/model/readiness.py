"""LearningReadinessNet: how ready a learner is to take in something new."""

import torch
from torch import Tensor, nn

from emotionstream.inference.model.attention import MultiHeadAttention
from emotionstream.inference.model.config import ReadinessConfig
from emotionstream.schemas.affect import READINESS_STATES, Pad
from emotionstream.schemas.emotions import EMOTIONS

CONTEXT_FIELDS = ("engagement", "cognitive_load", "time_factor")
"""Order of the context's values; their 'known' flags follow in the same order."""


class LearningReadinessNet(nn.Module):
    """Attention over what the text says (emotion and PAD), engagement, cognitive load and time.

    A context value that is not known is a learned 'unknown' vector, not a made-up number.
    """

    def __init__(self, config: ReadinessConfig) -> None:
        super().__init__()
        fields, width = len(CONTEXT_FIELDS), config.width
        self.feeling = nn.Linear(len(EMOTIONS) + len(Pad.model_fields), width)
        self.scale = nn.Parameter(nn.init.xavier_normal_(torch.empty(fields, width)))
        self.known = nn.Parameter(nn.init.xavier_normal_(torch.empty(fields, width)))
        self.unknown = nn.Parameter(nn.init.xavier_normal_(torch.empty(fields, width)))
        self.attention = MultiHeadAttention(width, config.heads)
        self.norm = nn.LayerNorm(width)
        self.hidden = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.Dropout(config.dropout))
        self.score = nn.Linear(width, 1)
        self.states = nn.Linear(width, len(READINESS_STATES))

    def forward(self, probabilities: Tensor, pad: Tensor, context: Tensor) -> tuple[Tensor, Tensor]:
        """Emotion probabilities [batch, 41], PAD [batch, 3], context [batch, 6] -> score [batch], logits [batch, 5]."""
        fields = len(CONTEXT_FIELDS)
        value, known = context[:, :fields, None], context[:, fields:, None]
        told = known * (value * self.scale + self.known) + (1 - known) * self.unknown
        feeling = self.feeling(torch.cat([probabilities, pad], dim=1)).unsqueeze(1)
        tokens = torch.cat([feeling, told], dim=1)
        mixed = self.attention(tokens, tokens)
        read = self.hidden(self.norm(tokens + mixed).mean(dim=1))
        return self.score(read).squeeze(-1).sigmoid(), self.states(read)
