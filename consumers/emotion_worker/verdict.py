"""What to do when the device fails on a batch. Pure."""

from collections.abc import Sequence
from enum import Enum, auto
from typing import TypeVar

from emotionstream.inference.scoring import Score
from emotionstream.schemas.errors import DeviceError, DeviceOutOfMemoryError

T = TypeVar("T")


class Verdict(Enum):
    """The next step after a failure."""

    SPLIT = auto()
    """Try each half by itself."""
    RETRY = auto()
    """Try the one message again."""
    WAIT = auto()
    """Pause, then try the one message again: the memory may come back."""
    UNSCORABLE = auto()
    """The one message is to blame: it fails alone while the device works."""
    DEVICE_FAILS = auto()
    """The device is to blame: no message may pay for it."""


def needs_witness(error: DeviceError, size: int) -> bool:
    """Whether the verdict needs to know that the device still scores something else.

    A batch that did not fit the memory is split without asking: a smaller one will tell.
    """
    return size == 1 or not isinstance(error, DeviceOutOfMemoryError)


def judge(size: int, device_works: bool, attempts: int, max_attempts: int, may_wait: bool = False) -> Verdict:
    """The next step after a batch of ``size`` messages failed for the ``attempts``-th time.

    ``device_works`` says that the device scored another text right after the failure; ``may_wait`` that memory was
    short, and may still be waited for. No message needs much more of it than another, and the witness is a small one.
    """
    if not device_works:
        return Verdict.DEVICE_FAILS
    if size > 1:
        return Verdict.SPLIT
    if may_wait:
        return Verdict.WAIT
    return Verdict.RETRY if attempts < max_attempts else Verdict.UNSCORABLE


def parts(batch: Sequence[T], count: int) -> list[Sequence[T]]:
    """``batch`` cut into at most ``count`` parts of nearly equal size, in order. None is empty."""
    size = -(-len(batch) // count)
    return [batch[start : start + size] for start in range(0, len(batch), size)]


def is_sound(score: Score) -> bool:
    """Whether the model's numbers are numbers: finite and in [0, 1]. NaN fails every comparison."""
    values = (*score.probabilities, score.confidence, *score.pad.as_tuple(), score.readiness.score)
    return all(0 <= value <= 1 for value in values)
