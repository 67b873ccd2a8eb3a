"""The EmotionModel: texts as tokens in, emotions, PAD and readiness out."""

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor, nn

from emotionstream.inference.model.config import ModelConfig
from emotionstream.inference.model.encoder import Encoder
from emotionstream.inference.model.fusion import AttentionFusion
from emotionstream.inference.model.heads import ClassHead, PADRegressor
from emotionstream.inference.model.readiness import LearningReadinessNet


@dataclass(frozen=True, slots=True)
class Reading:
    """What the model says of a batch. The first four are the wire's; the rest serve training and evaluation."""

    emotion_logits: Tensor
    """[batch, 41], before the temperature."""
    pad: Tensor
    """[batch, 3], each in [0, 1], in the learner scale."""
    readiness_score: Tensor
    """[batch], in [0, 1]."""
    readiness_logits: Tensor
    """[batch, 5]."""
    label_logits: Tensor
    """[batch, 28], GoEmotions' own labels, each on its own (sigmoid)."""
    pad_emobank: Tensor
    """[batch, 3], each in [0, 1], in EmoBank's scale."""


class EmotionModel(nn.Module):
    """Encoders -> projections -> attention fusion -> heads."""

    def __init__(self, config: ModelConfig, backbones: Sequence[nn.Module] | None = None) -> None:
        super().__init__()
        width, heads = config.fusion.width, config.heads
        given: Sequence[nn.Module | None] = [None] * len(config.encoders) if backbones is None else backbones
        self.config = config
        self.encoders = nn.ModuleList(
            Encoder(encoder, width, backbone) for encoder, backbone in zip(config.encoders, given, strict=True)
        )
        self.fusion = AttentionFusion(config.fusion)
        self.emotion = ClassHead(width, heads.hidden, len(config.emotions), heads.dropout)
        self.labels = ClassHead(width, heads.hidden, len(heads.labels), heads.dropout)
        self.pad = PADRegressor(width, heads.hidden, heads.dropout)
        self.pad_emobank = PADRegressor(width, heads.hidden, heads.dropout)
        self.readiness = LearningReadinessNet(heads.readiness)

    def fuse(self, tokens: Sequence[tuple[Tensor, Tensor]]) -> Tensor:
        """One (input_ids, attention_mask) pair per encoder, each [batch, tokens] -> [batch, width]."""
        encoded = [encoder(ids, mask) for encoder, (ids, mask) in zip(self.encoders, tokens, strict=True)]
        fused: Tensor = self.fusion(encoded, [mask for _, mask in tokens])
        return fused

    def forward(self, tokens: Sequence[tuple[Tensor, Tensor]], context: Tensor) -> Reading:
        """One (input_ids, attention_mask) pair per encoder and the context [batch, 6] -> a reading."""
        fused = self.fuse(tokens)
        logits, pad = self.emotion(fused), self.pad(fused)
        # Readiness reads emotions as they stand: its loss must not bend them.
        score, states = self.readiness(logits.detach().softmax(dim=-1), pad.detach(), context)
        return Reading(logits, pad, score, states, self.labels(fused), self.pad_emobank(fused))
