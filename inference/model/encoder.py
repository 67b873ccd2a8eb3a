"""A transformer encoder and its projection to the width that all encoders share."""

from typing import Any, Final

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel

from emotionstream.inference.model.config import EncoderConfig

_WITHOUT_FUSED: Final = ("mpnet",)
"""Architectures of which the library has only the plain attention. They are teachers, and are never traced."""


def build_backbone(config: EncoderConfig) -> nn.Module:
    """The bare transformer with random weights, from the configuration alone (no hub, no file)."""
    values = dict(config.architecture)
    settings = AutoConfig.for_model(values.pop("model_type"), **values)
    # The library declares no types here.
    backbone = AutoModel.from_config(  # type: ignore[no-untyped-call]
        settings, attn_implementation=attention_of(settings.model_type)
    )
    return without_pooler(backbone)


def attention_of(architecture: str) -> str:
    """How the library is to compute attention in a model of this type: fused where it can."""
    return "eager" if architecture in _WITHOUT_FUSED else "sdpa"


def without_pooler(backbone: Any) -> nn.Module:
    """Drop the backbone's own pooling layer: ours pools all tokens."""
    if getattr(backbone, "pooler", None) is not None:
        backbone.pooler = None
    module: nn.Module = backbone
    return module


class Encoder(nn.Module):
    """Token ids [batch, tokens] -> token vectors [batch, tokens, width]."""

    def __init__(self, config: EncoderConfig, width: int, backbone: nn.Module | None = None) -> None:
        super().__init__()
        self.backbone = build_backbone(config) if backbone is None else backbone
        self.fused = attention_of(str(config.architecture["model_type"])) == "sdpa"
        self.projection = nn.Linear(config.hidden, width)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Encode. ``attention_mask`` is 1 for tokens and 0 for padding."""
        # The fused attention's mask is handed over in its final shape: the library would else leave it out where a
        # batch has no padding, and a traced graph would keep that choice for all batches.
        seen = attention_mask.to(torch.bool)[:, None, None, :] if self.fused else attention_mask
        states = self.backbone(input_ids=input_ids, attention_mask=seen).last_hidden_state
        projected: Tensor = self.projection(states)
        return projected
