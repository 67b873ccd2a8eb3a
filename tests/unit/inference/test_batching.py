"""Batches and calls: every text once, within the budget, in shapes that depend on the text alone."""

from hypothesis import given
from hypothesis import strategies as st

from emotionstream.inference.batching import Shapes, plan_batches, plan_calls, spread, step_up, window_steps

SHAPES = Shapes(lengths=(16, 32, 48, 64, 96, 128), rows=(1, 2, 4, 8, 16, 32), spare_tokens=48)
LENGTHS = st.lists(st.integers(1, 128), max_size=200)


@given(LENGTHS, st.integers(1, 4096), st.integers(1, 64))
def test_every_text_is_in_exactly_one_batch(lengths: list[int], max_tokens: int, max_items: int) -> None:
    """Whatever the budget, each index comes out once."""
    batches = plan_batches(lengths, max_tokens, max_items)
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))


@given(LENGTHS, st.integers(1, 4096), st.integers(1, 64))
def test_a_batch_keeps_to_its_budget(lengths: list[int], max_tokens: int, max_items: int) -> None:
    """Padded tokens stay within the budget, unless one text alone exceeds it; items always do."""
    for batch in plan_batches(lengths, max_tokens, max_items):
        assert len(batch) <= max_items
        assert len(batch) == 1 or len(batch) * max(lengths[index] for index in batch) <= max_tokens


def test_batches_are_filled() -> None:
    """Equal texts fill batches to the budget: no batch is closed early."""
    assert [len(batch) for batch in plan_batches([10] * 25, max_tokens=100, max_items=64)] == [10, 10, 5]


def test_texts_of_like_length_share_a_batch() -> None:
    """A long text does not make short ones pay for its padding."""
    assert plan_batches([100, 5, 100, 5], max_tokens=200, max_items=2) == [[1, 3], [0, 2]]


def test_no_texts_no_batches() -> None:
    """Nothing in, nothing out."""
    assert plan_batches([], 100, 10) == []
    assert plan_calls([], SHAPES) == []


@given(LENGTHS)
def test_every_text_is_in_exactly_one_call(lengths: list[int]) -> None:
    """Each index comes out once, and no call has more texts than rows."""
    calls = plan_calls(lengths, SHAPES)
    assert sorted(index for call in calls for index in call.indices) == list(range(len(lengths)))
    assert all(0 < len(call.indices) <= call.rows for call in calls)


@given(LENGTHS)
def test_calls_use_prepared_shapes_only(lengths: list[int]) -> None:
    """Each new shape costs time and memory: none but the planned ones may be asked for."""
    assert all(call.rows in SHAPES.rows and call.length in SHAPES.lengths for call in plan_calls(lengths, SHAPES))


@given(st.integers(1, 128), LENGTHS)
def test_a_texts_padded_length_ignores_its_neighbours(length: int, others: list[int]) -> None:
    """The padded length of a text is the same alone and in any company."""
    [alone] = plan_calls([length], SHAPES)
    together = next(call for call in plan_calls([*others, length], SHAPES) if len(others) in call.indices)
    assert together.length == alone.length


def test_padding_rows_are_cheaper_than_one_more_call_or_not_used() -> None:
    """13 short texts are one call of 16; 13 long ones are three calls without padding."""
    assert [call.rows for call in plan_calls([10] * 13, SHAPES)] == [16]
    assert [call.rows for call in plan_calls([100] * 13, SHAPES)] == [8, 4, 1]


def test_more_texts_than_the_largest_call_are_split() -> None:
    """70 texts go in calls of at most 32."""
    assert [call.rows for call in plan_calls([10] * 70, SHAPES)] == [32, 32, 8]


@given(LENGTHS, st.integers(1, 5))
def test_calls_that_are_spread_hold_the_same_texts_in_prepared_shapes(lengths: list[int], streams: int) -> None:
    """Each index once, at its own padded length, and never fewer calls than before."""
    before = plan_calls(lengths, SHAPES)
    after = spread(before, streams, SHAPES)
    assert len(after) >= len(before)
    padded = [{index: call.length for call in calls for index in call.indices} for calls in (before, after)]
    assert padded[0] == padded[1]
    assert all(call.rows in SHAPES.rows and len(call.indices) <= call.rows for call in after)


def test_one_large_call_is_shared_by_the_streams() -> None:
    """32 long texts are no call of one stream while others have none; few short ones are not worth a call more."""
    assert [call.rows for call in spread(plan_calls([100] * 32, SHAPES), 2, SHAPES)] == [16, 16]
    assert [call.rows for call in spread(plan_calls([100] * 32, SHAPES), 4, SHAPES)] == [8, 8, 8, 8]
    assert [call.rows for call in spread(plan_calls([100] * 40, SHAPES), 2, SHAPES)] == [32, 8]
    assert [call.rows for call in spread(plan_calls([10] * 2, SHAPES), 2, SHAPES)] == [2]
    assert spread([], 2, SHAPES) == []


def test_the_window_ends_the_steps() -> None:
    """A model's window is the last step, whether or not it is a step itself."""
    assert window_steps((16, 32, 512), 128) == (16, 32, 128)
    assert window_steps((16, 32, 128), 128) == (16, 32, 128)
    assert step_up(17, (16, 32)) == 32
