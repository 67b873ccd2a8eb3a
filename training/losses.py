"""The joint loss over partial labels. What a source does not know costs nothing."""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from emotionstream.inference.model.emotion_model import Reading
from emotionstream.training.datasets.example import Example, Triple
from emotionstream.training.rows import Targets
from emotionstream.training.settings import LossWeights

_NEVER = -1e4
_LEAST_SPREAD = 0.02
"""A dimension that hardly varies must not take over the loss."""


@dataclass(frozen=True, slots=True)
class PadSpreads:
    """Standard deviation of each PAD dimension, [3], per source: sources differ in how far they spread."""

    learner: Tensor
    emobank: Tensor

    def to(self, device: torch.device) -> "PadSpreads":
        """The same on ``device``."""
        return PadSpreads(self.learner.to(device), self.emobank.to(device))


def pad_spreads(examples: Iterable[Example]) -> PadSpreads:
    """The spreads of the training rows; 1 where a source is absent."""
    rows = list(examples)
    return PadSpreads(
        _spread([e.pad_learner for e in rows if e.pad_learner]), _spread([e.pad_emobank for e in rows if e.pad_emobank])
    )


def _spread(ratings: list[Triple]) -> Tensor:
    if len(ratings) < 2:  # one rating has no spread
        return torch.ones(3)
    return torch.tensor(ratings).std(dim=0).clamp(min=_LEAST_SPREAD)


def partial_softmax_loss(logits: Tensor, row: Targets, smoothing: float) -> Tensor:
    """-log p of what is true, the softmax running over the allowed classes only -> scalar.

    Several true classes share the target evenly; of a candidate set, the sum of probabilities counts
    (Jin & Ghahramani, 2002).
    """
    masked = logits.masked_fill(row.allowed == 0, _NEVER)
    log_p = masked.log_softmax(dim=-1)
    classes = row.emotions.sum(dim=1)
    hard = -(log_p * row.emotions).sum(dim=1)
    smooth = -(log_p * row.allowed).sum(dim=1) / row.allowed.sum(dim=1).clamp(min=1)
    hard = (1 - smoothing) * hard + smoothing * smooth * classes
    has_set = (row.candidates.sum(dim=1) > 0).float()
    among = -log_p.masked_fill(row.candidates == 0, _NEVER).logsumexp(dim=1)
    items = classes + has_set
    per_row = (hard + torch.where(has_set > 0, among, 0.0)) / items.clamp(min=1)
    weight = row.weight * (items > 0)
    return (per_row * weight).sum() / weight.sum().clamp(min=1)


def label_loss(logits: Tensor, labels: Tensor, has: Tensor) -> Tensor:
    """Binary cross entropy summed over GoEmotions' labels, mean over rows that have them."""
    per_row = functional.binary_cross_entropy_with_logits(logits, labels, reduction="none").sum(dim=1)
    return _mean(per_row, has)


def pad_loss(pad: Tensor, truth: Tensor, has: Tensor, spread: Tensor) -> Tensor:
    """Half the squared error of PAD in units of its ``spread`` [3]: always saying the mean costs one half."""
    per_row = ((pad - truth) / spread).square().mean(dim=1) / 2
    return _mean(per_row, has)


def soft_emotion_loss(logits: Tensor, row: Targets, temperature: float) -> Tensor:
    """KL from the teacher's 41 classes (Hinton et al., 2015), scaled by the temperature's square."""
    teacher = (row.soft41 / temperature).softmax(dim=1)
    student = (logits / temperature).log_softmax(dim=1)
    per_row = functional.kl_div(student, teacher, reduction="none").sum(dim=1) * temperature**2
    return _mean(per_row, row.has_soft)


def pair_loss(reading: Reading, pairs: Tensor, spreads: PadSpreads) -> Tensor:
    """How differently texts are read that differ only in people; ``pairs`` is int64 [pairs, 2], rows of ``reading``.

    Half the squared difference of PAD in units of its spread, both scales (Garg et al., 2019: logit pairing).
    """
    first, second = pairs.unbind(dim=1)
    learner = (reading.pad[first] - reading.pad[second]) / spreads.learner
    emobank = (reading.pad_emobank[first] - reading.pad_emobank[second]) / spreads.emobank
    return (learner.square().mean() + emobank.square().mean()) / 2


def joint_loss(
    reading: Reading, row: Targets, weights: LossWeights, spreads: PadSpreads, *, smoothing: float, temperature: float
) -> dict[str, Tensor]:
    """Every part of the loss, weighted; their sum is what is minimised."""
    soft_labels = label_loss(reading.label_logits, row.soft28.sigmoid(), row.has_soft)
    soft_pad = pad_loss(reading.pad, row.soft_pad_learner, row.has_soft, spreads.learner)
    soft_pad = soft_pad + pad_loss(reading.pad_emobank, row.soft_pad_emobank, row.has_soft, spreads.emobank)
    pad = pad_loss(reading.pad, row.pad_learner, row.has_pad_learner, spreads.learner)
    pad = pad + pad_loss(reading.pad_emobank, row.pad_emobank, row.has_pad_emobank, spreads.emobank)
    return {
        "emotion": weights.emotion * partial_softmax_loss(reading.emotion_logits, row, smoothing),
        "labels": weights.labels * label_loss(reading.label_logits, row.labels, row.has_labels),
        "pad": weights.pad * pad,
        "soft_emotion": weights.soft_emotion * soft_emotion_loss(reading.emotion_logits, row, temperature),
        "soft_labels": weights.soft_labels * soft_labels,
        "soft_pad": weights.soft_pad * soft_pad,
    }


def _mean(per_row: Tensor, has: Tensor) -> Tensor:
    return (per_row * has).sum() / has.sum().clamp(min=1)
