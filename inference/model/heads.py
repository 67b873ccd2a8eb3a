"""What is read from the fused vector: emotions, GoEmotions' labels, PAD."""

from torch import Tensor, nn

from emotionstream.schemas.affect import Pad


class ClassHead(nn.Module):
    """Fused vector [batch, width] -> logits [batch, classes]."""

    def __init__(self, width: int, hidden: int, classes: int, dropout: float) -> None:
        super().__init__()
        self.hidden = nn.Linear(width, hidden)
        self.activation = nn.GELU()
        self.dropout = nn.Dropout(dropout)
        self.out = nn.Linear(hidden, classes)

    def forward(self, fused: Tensor) -> Tensor:
        """Logits, one row a text."""
        logits: Tensor = self.out(self.dropout(self.activation(self.hidden(fused))))
        return logits


class PADRegressor(nn.Module):
    """Pleasure, arousal and dominance, each in [0, 1] (Mehrabian & Russell, 1974), in one source's scale."""

    def __init__(self, width: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.scores = ClassHead(width, hidden, len(Pad.model_fields), dropout)

    def forward(self, fused: Tensor) -> Tensor:
        """[batch, width] -> [batch, 3]."""
        pad: Tensor = self.scores(fused).sigmoid()
        return pad
