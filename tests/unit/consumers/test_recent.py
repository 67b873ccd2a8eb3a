"""Remembering the last ids."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from emotionstream.consumers.recent import RecentIds


def test_an_id_is_new_once() -> None:
    """Until it is forgotten."""
    recent = RecentIds(2)
    assert [recent.is_new(UUID(int=i)) for i in (1, 1, 2, 1, 3, 1, 2)] == [True, False, True, False, True, False, True]


@given(st.integers(1, 5), st.lists(st.integers(0, 8)))
def test_memory_is_bounded_and_the_last_are_known(size: int, ids: list[int]) -> None:
    """Never more than ``size`` ids, and an id among the last ``size`` different ones is never new."""
    recent = RecentIds(size)
    for position, seen in enumerate(ids):
        last = list(dict.fromkeys(reversed(ids[:position])))[:size]
        assert recent.is_new(UUID(int=seen)) == (seen not in last)
        assert len(recent) <= size
