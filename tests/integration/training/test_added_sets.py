"""What the added sets do to the loss."""

from pathlib import Path

import made_data
import pytest
import torch

from emotionstream.training.datasets.labelled import ADDED, read_added
from emotionstream.training.losses import partial_softmax_loss
from emotionstream.training.rows import targets


@pytest.mark.parametrize("name", ADDED)
def test_each_row_moves_its_own_classes_only(tmp_path: Path, name: str) -> None:
    """What is true rises, something that it excludes falls, and what the source does not know stays where it is."""
    rows = read_added(made_data.make(tmp_path), name)
    assert rows
    for row in rows:
        logits = torch.zeros(1, 41, requires_grad=True)
        partial_softmax_loss(logits, targets([row], [row.weight]), 0.05).backward()
        assert logits.grad is not None
        moved = logits.grad[0]
        assert all(float(moved[index]) < 0 for index in row.emotions | row.candidates)
        assert any(float(moved[index]) > 0 for index in row.allowed)
        assert all(float(moved[index]) == 0 for index in range(41) if index not in row.allowed)
