"""Repeats, and chat topics that were made anew."""

import pytest

from emotionstream.schemas.position import SourcePosition
from emotionstream.state.snapshot import Folded
from emotionstream.state.source_log import is_new_log, moved_to, seen_before

FOLDED = Folded(partition=2, offset=100, timestamp_ms=5_000)


def at(partition: int, offset: int, timestamp_ms: int) -> SourcePosition:
    """A position in the chat topic."""
    return SourcePosition(topic="chat.messages.v1", partition=partition, offset=offset, timestamp_ms=timestamp_ms)


@pytest.mark.parametrize(
    ("source", "repeat", "new_log"),
    [
        (at(2, 101, 5_001), False, False),
        (at(2, 101, 5_000), False, False),
        (at(2, 101, 4_000), False, False),  # The broker's clock was set back: the offset still counts.
        (at(2, 100, 5_000), True, False),
        (at(2, 3, 900), True, False),
        (at(2, 3, 5_001), False, True),
        (at(2, 100, 9_000), False, True),
        (at(4, 3, 9_000), False, True),  # The topic was given more partitions.
        (at(4, 3, 900), True, False),
    ],
)
def test_what_is_a_repeat_and_what_a_new_log(source: SourcePosition, repeat: bool, new_log: bool) -> None:
    """A higher offset goes on; a lower one is a repeat, unless its time is later: then the log was made anew."""
    assert (seen_before(FOLDED, source), is_new_log(FOLDED, source)) == (repeat, new_log)


def test_a_clock_set_back_does_not_hide_a_repeat() -> None:
    """The latest time of the log is kept, so an older record with a later time is still a repeat."""
    before = at(2, 101, 9_000)
    after = moved_to(moved_to(FOLDED, before), at(2, 102, 6_000))
    assert after == Folded(2, 102, 9_000)
    assert seen_before(after, before)


def test_a_repeat_of_the_log_before_stays_one() -> None:
    """After the new log's first record, one of the old log, at a higher offset, is still known by its time."""
    new = moved_to(FOLDED, at(2, 0, 9_000))
    assert new == Folded(2, 0, 9_000, before_ms=5_000)
    assert all(seen_before(new, source) for source in (at(2, 99, 4_900), at(2, 100, 5_000), at(2, 0, 9_000)))
    following = at(2, 1, 9_001)
    assert not seen_before(new, following)
    assert moved_to(new, following) == Folded(2, 1, 9_001, before_ms=5_000)
    assert not seen_before(new, at(2, 1, 8_000))  # The broker's clock was set back.
