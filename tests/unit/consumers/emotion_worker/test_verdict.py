"""What to do when the device fails on a batch."""

from dataclasses import replace

import pytest
from fake_scorer import score_of
from hypothesis import given
from hypothesis import strategies as st

from emotionstream.consumers.emotion_worker.verdict import Verdict, is_sound, judge, needs_witness, parts
from emotionstream.schemas.errors import DeviceError, DeviceOutOfMemoryError


@pytest.mark.parametrize(
    ("size", "works", "attempts", "verdict"),
    [
        (8, True, 1, Verdict.SPLIT),
        (8, False, 1, Verdict.DEVICE_FAILS),
        (1, False, 9, Verdict.DEVICE_FAILS),
        (1, True, 1, Verdict.RETRY),
        (1, True, 2, Verdict.UNSCORABLE),
    ],
)
def test_only_a_message_that_fails_alone_while_the_device_works_is_unscorable(
    size: int, works: bool, attempts: int, verdict: Verdict
) -> None:
    """A failing device never costs a message, and one failure alone is not proof against one."""
    assert judge(size, works, attempts, max_attempts=2) is verdict


@pytest.mark.parametrize(
    ("size", "works", "verdict"), [(8, True, Verdict.SPLIT), (1, False, Verdict.DEVICE_FAILS), (1, True, Verdict.WAIT)]
)
def test_memory_is_waited_for_by_one_message_while_the_device_works(size: int, works: bool, verdict: Verdict) -> None:
    """However often it did not fit: the small witness is no proof against it."""
    assert judge(size, works, attempts=9, max_attempts=2, may_wait=True) is verdict


def test_a_batch_that_did_not_fit_is_split_without_a_witness() -> None:
    """Memory is no sign of a failing device, but a single message that does not fit needs one like any other."""
    assert not needs_witness(DeviceOutOfMemoryError(), 2)
    assert needs_witness(DeviceOutOfMemoryError(), 1)
    assert needs_witness(DeviceError(), 2)


@given(st.lists(st.integers(), min_size=1), st.integers(2, 5))
def test_parts_keep_order_and_shrink(batch: list[int], count: int) -> None:
    """Splitting loses nothing, keeps the order, and ends: each part is smaller than what was split."""
    cut = parts(batch, count)
    assert [item for part in cut for item in part] == batch
    assert len(cut) <= count and all(cut)
    assert len(batch) == 1 or max(map(len, cut)) < len(batch)


def test_numbers_that_are_none_are_not_sound() -> None:
    """NaN, infinity and anything outside [0, 1] is no probability."""
    good = score_of("x")
    assert is_sound(good)
    for bad in (float("nan"), float("inf"), -0.1, 1.1):
        assert not is_sound(replace(good, confidence=bad))
        assert not is_sound(replace(good, probabilities=(bad, *good.probabilities[1:])))
