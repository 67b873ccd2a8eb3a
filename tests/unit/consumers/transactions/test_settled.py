"""A committed offset is believed when it stands still."""

from collections.abc import Awaitable, Callable, Sequence

from emotionstream.consumers.transactions.settled import settled


def reader(reads: Sequence[int | None]) -> Callable[[], Awaitable[int | None]]:
    """Gives ``reads`` one after the other."""
    left = iter(reads)

    async def read() -> int | None:
        return next(left)

    return read


async def test_a_first_read_is_never_believed_alone() -> None:
    """The offset of before the commit, which a read right after it may give, is not taken."""
    assert await settled(reader([10, 25, 25]), 0.001) == 25


async def test_no_commit_yet_is_an_answer_too() -> None:
    """A group that has committed nothing says so twice."""
    assert await settled(reader([None, None]), 0.001) is None
