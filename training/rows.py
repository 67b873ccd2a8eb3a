"""Examples as tensors."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor

from emotionstream.inference.model.config import ModelConfig
from emotionstream.inference.model.labels import GOEMOTIONS_LABELS
from emotionstream.schemas.emotions import EMOTIONS
from emotionstream.training.datasets.example import Example, SoftLabels

CONTEXT_WIDTH = 6
_STEP = 16
"""Tokens; a batch is padded to a multiple of it, which keeps vector kernels exact whatever the padding."""


@dataclass(frozen=True, slots=True)
class Targets:
    """Labels of a batch. Rows without a label carry zeros and a zero in the flag beside it."""

    emotions: Tensor
    candidates: Tensor
    allowed: Tensor
    weight: Tensor
    labels: Tensor
    has_labels: Tensor
    pad_learner: Tensor
    has_pad_learner: Tensor
    pad_emobank: Tensor
    has_pad_emobank: Tensor
    soft41: Tensor
    soft28: Tensor
    soft_pad_learner: Tensor
    soft_pad_emobank: Tensor
    has_soft: Tensor

    def at(self, rows: Tensor) -> "Targets":
        """Those of ``rows`` (int64 [rows], on the same device)."""
        return Targets(*(getattr(self, name)[rows] for name in Targets.__slots__))

    def to(self, device: torch.device) -> "Targets":
        """The same on ``device``."""
        return Targets(*(getattr(self, name).to(device) for name in Targets.__slots__))


class TextEncoder:
    """Raw tokenizers, one per encoder: texts -> token ids, cut to the model's window."""

    def __init__(self, tokenizers: Sequence[Tokenizer], pads: Sequence[int], max_tokens: Sequence[int]) -> None:
        self._tokenizers = list(tokenizers)
        self._pads = list(pads)
        self._masks = [_mask_token(tokenizer) for tokenizer in self._tokenizers]
        for tokenizer, limit in zip(self._tokenizers, max_tokens, strict=True):
            tokenizer.no_padding()
            tokenizer.enable_truncation(limit)

    @classmethod
    def open(cls, config: ModelConfig, folder: Path) -> "TextEncoder":
        """The tokenizers that ``config`` names, from ``folder``."""
        files = [Tokenizer.from_file(str(folder / encoder.tokenizer)) for encoder in config.encoders]
        return cls(files, [e.pad_token for e in config.encoders], [e.max_tokens for e in config.encoders])

    def ids(self, texts: Sequence[str]) -> list[list[list[int]]]:
        """Per encoder, per text: token ids with special tokens. Lone surrogates become question marks."""
        known = [_encodable(text) for text in texts]
        return [[row.ids for row in tokenizer.encode_batch(known)] for tokenizer in self._tokenizers]

    def tensors(self, ids: Sequence[Sequence[Sequence[int]]], hide: float = 0.0) -> list[tuple[Tensor, Tensor]]:
        """Per encoder: (input_ids, attention_mask), both int64 [batch, tokens], padded to the longest.

        ``hide`` is the share of tokens that the mask token stands in for (training only; torch's random state).
        """
        padded = [_padded(rows, pad) for rows, pad in zip(ids, self._pads, strict=True)]
        if not hide:
            return padded
        return [(_hidden(ids, mask, token, hide), mask) for (ids, mask), token in zip(padded, self._masks, strict=True)]


def no_context(rows: int) -> Tensor:
    """The context [rows, 6] of messages of which nothing is known."""
    return torch.zeros(rows, CONTEXT_WIDTH)


def targets(examples: Sequence[Example], weights: Sequence[float], also: float = 0.0) -> Targets:
    """Labels of ``examples``; ``weights`` are of the 41-way loss.

    ``also`` is the share of the target that goes to the classes that a careful reader would accept as well, evenly;
    at 0 they are unknown.
    """
    count = len(EMOTIONS)
    emotions, allowed = _hot([e.emotions for e in examples], count), _hot([e.allowed for e in examples], count)
    if also:
        near = _hot([e.also - e.emotions if e.emotions else frozenset() for e in examples], count)
        some = near.sum(dim=1, keepdim=True)
        emotions = torch.where(some > 0, emotions * (1 - also) + near * (also / some.clamp(min=1)), emotions)
        allowed = torch.maximum(allowed, near)
    soft = [example.soft for example in examples]
    zero = SoftLabels((0.0,) * count, (0.0,) * len(GOEMOTIONS_LABELS), (0.0,) * 3, (0.0,) * 3)
    known = [row or zero for row in soft]
    return Targets(
        emotions=emotions,
        candidates=_hot([e.candidates for e in examples], count),
        allowed=allowed,
        weight=torch.tensor(weights, dtype=torch.float32),
        labels=_hot([e.labels or frozenset() for e in examples], len(GOEMOTIONS_LABELS)),
        has_labels=_flags([e.labels is not None for e in examples]),
        pad_learner=torch.tensor([e.pad_learner or (0.0,) * 3 for e in examples]),
        has_pad_learner=_flags([e.pad_learner is not None for e in examples]),
        pad_emobank=torch.tensor([e.pad_emobank or (0.0,) * 3 for e in examples]),
        has_pad_emobank=_flags([e.pad_emobank is not None for e in examples]),
        soft41=torch.tensor([row.logits41 for row in known]),
        soft28=torch.tensor([row.logits28 for row in known]),
        soft_pad_learner=torch.tensor([row.pad_learner for row in known]),
        soft_pad_emobank=torch.tensor([row.pad_emobank for row in known]),
        has_soft=_flags([row is not None for row in soft]),
    )


def _encodable(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _padded(rows: Sequence[Sequence[int]], pad: int) -> tuple[Tensor, Tensor]:
    longest = max(len(row) for row in rows)
    width = -(-longest // _STEP) * _STEP
    ids = torch.full((len(rows), width), pad, dtype=torch.int64)
    mask = torch.zeros((len(rows), width), dtype=torch.int64)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = torch.tensor(row, dtype=torch.int64)
        mask[i, : len(row)] = 1
    return ids, mask


def _mask_token(tokenizer: Tokenizer) -> int:
    found = [tokenizer.token_to_id(name) for name in ("[MASK]", "<mask>")]
    return next((token for token in found if token is not None), 0)


def _hidden(ids: Tensor, mask: Tensor, token: int, share: float) -> Tensor:
    inside = mask.bool() & torch.cat([mask[:, 1:], torch.zeros_like(mask[:, :1])], dim=1).bool()
    inside[:, 0] = False
    return torch.where(inside & (torch.rand(ids.shape) < share), token, ids)


def _hot(rows: Sequence[frozenset[int]], width: int) -> Tensor:
    table = torch.zeros(len(rows), width)
    for i, row in enumerate(rows):
        table[i, sorted(row)] = 1.0
    return table


def _flags(values: Sequence[bool]) -> Tensor:
    return torch.tensor(values, dtype=torch.float32)
