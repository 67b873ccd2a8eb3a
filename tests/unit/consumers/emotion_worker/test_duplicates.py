"""A message that was published twice is found."""

from emotionstream.consumers.emotion_worker.duplicates import RecentMessages
from emotionstream.schemas.position import SourcePosition


def at(offset: int, partition: int = 0) -> SourcePosition:
    """A position in the chat topic."""
    return SourcePosition(topic="chat", partition=partition, offset=offset, timestamp_ms=0)


def test_the_same_id_at_a_later_offset_is_a_repeat() -> None:
    """The first of two messages with one id is kept, every later one is a repeat."""
    recent = RecentMessages(10)
    assert [recent.repeats("ada", "m", at(offset)) for offset in (3, 4, 9)] == [False, True, True]


def test_a_record_that_is_read_again_is_no_repeat() -> None:
    """After a rebalance the same offsets come again, and are judged as before."""
    recent = RecentMessages(10)
    once = [recent.repeats("ada", "m", at(offset)) for offset in (3, 4)]
    assert [recent.repeats("ada", "m", at(offset)) for offset in (3, 4)] == once


def test_other_users_may_use_the_same_id() -> None:
    """Nobody can have another user's message refused by guessing its id."""
    recent = RecentMessages(10)
    assert not recent.repeats("ada", "m", at(1))
    assert not recent.repeats("bob", "m", at(2))


def test_the_window_is_bounded_by_partition() -> None:
    """The oldest id is forgotten first, and a busy partition does not push out another's ids."""
    recent = RecentMessages(2)
    assert not recent.repeats("ada", "quiet", at(0, partition=1))
    for offset, message_id in enumerate("abc"):
        assert not recent.repeats("ada", message_id, at(offset))
    assert not recent.repeats("ada", "a", at(8))
    assert recent.repeats("ada", "c", at(9))
    assert recent.repeats("ada", "quiet", at(1, partition=1))


def test_no_window_finds_no_repeats() -> None:
    """A size of 0 switches the search off."""
    recent = RecentMessages(0)
    assert [recent.repeats("ada", "m", at(offset)) for offset in (1, 2)] == [False, False]


def test_a_message_that_was_not_scored_may_come_again() -> None:
    """Its id is free, for it alone: a repeat that is refused does not free the first one's id."""
    recent = RecentMessages(10)
    assert not recent.repeats("ada", "m", at(3))
    recent.forget("ada", "m", at(3))
    assert not recent.repeats("ada", "m", at(4))
    recent.forget("ada", "m", at(3))
    recent.forget("bob", "m", at(4))
    recent.forget("ada", "m", at(4, partition=1))
    assert recent.repeats("ada", "m", at(5))
