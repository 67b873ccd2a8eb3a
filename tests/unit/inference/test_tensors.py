"""Padding to a call's shape."""

import numpy as np

from emotionstream.inference.batching import Call
from emotionstream.inference.scoring import Encoded
from emotionstream.inference.tensors import stack

CONTEXT = (0.5, 0.0, 0.0, 1.0, 0.0, 0.0)
BATCH = [
    Encoded(((1, 7, 2), (11, 12)), CONTEXT, truncated=False),
    Encoded(((1, 2), (11, 13, 14, 12)), CONTEXT, truncated=False),
]


def test_texts_are_padded_with_each_encoders_own_token() -> None:
    """Ids are filled up with the pad token and masked."""
    inputs = stack(BATCH, Call((0, 1), rows=2, length=4), pad_tokens=(0, 9))
    (ids, mask), (other_ids, other_mask) = inputs.tokens
    assert ids.tolist() == [[1, 7, 2, 0], [1, 2, 0, 0]]
    assert mask.tolist() == [[1, 1, 1, 0], [1, 1, 0, 0]]
    assert other_ids.tolist() == [[11, 12, 9, 9], [11, 13, 14, 12]]
    assert other_mask.tolist() == [[1, 1, 0, 0], [1, 1, 1, 1]]
    assert inputs.context.dtype == np.float32


def test_empty_rows_repeat_the_first_text_of_the_call() -> None:
    """A row without any token would divide by zero."""
    (ids, mask), _ = stack(BATCH, Call((1,), rows=3, length=4), pad_tokens=(0, 0)).tokens
    assert ids.tolist() == [[1, 2, 0, 0]] * 3
    assert mask.sum() == 6


def test_inputs_are_named_as_the_graph_names_them() -> None:
    """One encoder's inputs have no number, several encoders' do."""
    call = Call((0,), rows=1, length=4)
    one = stack([Encoded(((1, 2),), CONTEXT, truncated=False)], call, (0,))
    assert set(one.named()) == {"input_ids", "attention_mask", "context"}
    names = set(stack(BATCH, call, (0, 0)).named())
    assert names == {"input_ids_0", "attention_mask_0", "input_ids_1", "attention_mask_1", "context"}
