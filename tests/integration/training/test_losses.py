"""The loss over partial labels."""

import math
from dataclasses import replace

import pytest
import torch

from emotionstream.inference.model.emotion_model import Reading
from emotionstream.training.datasets.example import Example, SoftLabels
from emotionstream.training.losses import (
    PadSpreads,
    label_loss,
    pad_loss,
    pad_spreads,
    pair_loss,
    partial_softmax_loss,
    soft_emotion_loss,
)
from emotionstream.training.rows import targets

ROW = Example("x", "x", emotions=frozenset({0}), allowed=frozenset({0, 1}))


def loss(row: Example, logits: torch.Tensor, weight: float = 1.0) -> float:
    """The 41-way loss of one row."""
    return float(partial_softmax_loss(logits, targets([row], [weight]), 0.0))


def test_the_softmax_runs_over_allowed_classes_only() -> None:
    """Two allowed classes, even logits: log 2, however large a masked class stands."""
    logits = torch.zeros(1, 41)
    logits[0, 5] = 50.0
    assert loss(ROW, logits) == pytest.approx(math.log(2), abs=1e-5)


def test_a_masked_class_gets_no_gradient() -> None:
    """What annotators could not choose is neither right nor wrong."""
    logits = torch.zeros(1, 41, requires_grad=True)
    partial_softmax_loss(logits, targets([ROW], [1.0]), 0.1).backward()
    assert logits.grad is not None
    assert float(logits.grad[0, 2:].abs().max()) == 0.0
    assert float(logits.grad[0, 0]) < 0 < float(logits.grad[0, 1])


def test_a_candidate_set_counts_by_its_sum() -> None:
    """Which of the two it is does not matter; that it is one of them does."""
    row = Example("x", "x", candidates=frozenset({0, 1}), allowed=frozenset({0, 1, 2}))
    one, other, neither = torch.zeros(3, 1, 41)
    one[0, 0], other[0, 1], neither[0, 2] = 9.0, 9.0, 9.0
    assert loss(row, one) == pytest.approx(loss(row, other))
    assert loss(row, one) < 0.01 < loss(row, neither)


def test_rows_without_a_class_cost_nothing() -> None:
    """A row with PAD alone must not move the emotions."""
    row = Example("x", "x", allowed=frozenset(), pad_learner=(0.1, 0.2, 0.3))
    logits = torch.randn(1, 41, requires_grad=True)
    value = partial_softmax_loss(logits, targets([row], [1.0]), 0.1)
    value.backward()
    assert float(value.detach()) == 0.0
    assert logits.grad is not None
    assert bool((logits.grad == 0).all())


def test_absent_labels_and_pad_cost_nothing() -> None:
    """The mean is over rows that have the label."""
    rows = targets([ROW, replace(ROW, labels=frozenset({3}), pad_learner=(0.5, 0.5, 0.5))], [1.0, 1.0])
    alone = targets([replace(ROW, labels=frozenset({3}), pad_learner=(0.5, 0.5, 0.5))], [1.0])
    logits, pad = torch.randn(2, 28), torch.rand(2, 3)
    spread = torch.tensor([0.1, 0.2, 0.3])
    both = (
        label_loss(logits, rows.labels, rows.has_labels),
        pad_loss(pad, rows.pad_learner, rows.has_pad_learner, spread),
    )
    last = (
        label_loss(logits[1:], alone.labels, alone.has_labels),
        pad_loss(pad[1:], alone.pad_learner, alone.has_pad_learner, spread),
    )
    assert [float(x) for x in both] == pytest.approx([float(x) for x in last])


def test_saying_the_mean_costs_one_half_in_every_source() -> None:
    """PAD's squared error is in units of its source's spread: EmoBank's narrow ratings count as much as learners'."""
    wide = [Example("x", "x", pad_learner=(v, 1 - v, v)) for v in (0.1, 0.5, 0.9)]
    narrow = [Example("x", "x", pad_emobank=(v, 1 - v, v)) for v in (0.4, 0.5, 0.6)]
    spreads = pad_spreads([*wide, *narrow])
    row = targets([*wide, *narrow], [1.0] * 6)
    half = torch.full((6, 3), 0.5)
    # The sample's standard deviation counts one row less than there are.
    assert float(pad_loss(half, row.pad_learner, row.has_pad_learner, spreads.learner)) == pytest.approx(1 / 3)
    assert float(pad_loss(half, row.pad_emobank, row.has_pad_emobank, spreads.emobank)) == pytest.approx(1 / 3)


def test_agreeing_with_the_teacher_costs_nothing() -> None:
    """KL is 0 at the teacher's own distribution and above elsewhere."""
    soft = SoftLabels(tuple(float(i % 7) for i in range(41)), (0.0,) * 28, (0.5,) * 3, (0.5,) * 3)
    row = targets([replace(ROW, soft=soft)], [1.0])
    assert float(soft_emotion_loss(row.soft41, row, 2.0)) == pytest.approx(0, abs=1e-5)
    assert float(soft_emotion_loss(-row.soft41, row, 2.0)) > 0.1


def test_acceptable_classes_may_share_the_target() -> None:
    """With a share, the loss is least where the acceptable class has that share; without one it says nothing."""
    row = Example("x", "x", frozenset({0}), allowed=frozenset({0, 2}), also=frozenset({1}))
    at = {share: torch.full((1, 41), -30.0) for share in (0.1, 0.3, 0.5)}
    for share, logits in at.items():
        logits[0, 0], logits[0, 1] = math.log(1 - share), math.log(share)
    losses = {
        share: float(partial_softmax_loss(logits, targets([row], [1.0], 0.3), 0.0)) for share, logits in at.items()
    }
    assert min(losses, key=losses.__getitem__) == 0.3
    masked = [float(partial_softmax_loss(logits, targets([row], [1.0]), 0.0)) for logits in at.values()]
    assert masked == pytest.approx([0.0] * 3, abs=1e-5)


def test_the_rarer_class_weighs_more() -> None:
    """Weights are by class frequency and average to one."""
    from emotionstream.training.trainer import class_weights  # beside its only use

    rows = [replace(ROW, source="x")] * 9 + [replace(ROW, source="x", emotions=frozenset({1}))]
    weights = class_weights({"x": rows}, 0.5)["x"]
    assert weights[1] == pytest.approx(3 * weights[0])
    assert (9 * weights[0] + weights[1]) / 10 == pytest.approx(1)


def test_texts_that_differ_only_in_people_are_pulled_together() -> None:
    """Half the squared difference in units of the spread; texts that are in no pair cost nothing."""
    pad = torch.tensor([[0.5, 0.5, 0.5], [0.0, 0.0, 0.0], [0.7, 0.5, 0.5]])
    unused = torch.zeros(3)
    reading = Reading(unused, pad, unused, unused, unused, torch.full((3, 3), 0.5))
    spreads = PadSpreads(torch.full((3,), 0.1), torch.ones(3))
    assert float(pair_loss(reading, torch.tensor([[0, 2]]), spreads)) == pytest.approx((0.2 / 0.1) ** 2 / 3 / 2)
    assert float(pair_loss(reading, torch.tensor([[0, 0]]), spreads)) == 0
