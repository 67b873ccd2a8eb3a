"""Getting entries into the history, whatever it takes: waits for the database, sets aside what it refuses."""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

import stamina

from emotionstream.consumers.recorder.decode import unkeepable
from emotionstream.history.entry import Entry
from emotionstream.history.failures import RowRefusedError
from emotionstream.history.tables import Table
from emotionstream.schemas.errors import ServiceUnavailableError
from emotionstream.schemas.position import Record
from emotionstream.schemas.settings.recorder import RecorderSettings

T = TypeVar("T")


class Writes(Protocol):
    """The part of the history that is needed here."""

    async def write(self, entries: Sequence[Entry]) -> dict[Table, int]:
        """Keep all or none; gives new rows by table."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept of a batch: the entries, rejections in place of those refused, and new rows by table."""

    entries: list[Entry] = field(default_factory=list)
    fresh: Counter[Table] = field(default_factory=Counter)

    def __add__(self, other: "Kept") -> "Kept":
        return Kept(self.entries + other.entries, self.fresh + other.fresh)


async def keep(history: Writes, entries: Sequence[Entry]) -> Kept:
    """Keep ``entries``; one that the database refuses is found by halving and kept as a rejection.

    Raises:
        ServiceUnavailableError: the database is away. Some may be kept already; keep all again.
    """
    if not entries:
        return Kept()
    try:
        return Kept(list(entries), Counter(await history.write(entries)))
    except RowRefusedError:
        if len(entries) == 1:
            refused = [replace(entry, event=unkeepable(Record(entry.position, None, None))) for entry in entries]
            return Kept(refused, Counter(await history.write(refused)))
    half = len(entries) >> 1
    return await keep(history, entries[:half]) + await keep(history, entries[half:])


async def until_it_answers(work: Callable[[], Awaitable[T]], settings: RecorderSettings) -> T:
    """What ``work`` gives, tried again for as long as the database is away."""
    async for attempt in stamina.retry_context(
        on=ServiceUnavailableError,
        attempts=None,
        timeout=None,
        wait_initial=settings.retry_first_seconds,
        wait_max=settings.retry_longest_seconds,
        wait_jitter=settings.retry_jitter_seconds,
    ):
        with attempt:
            return await work()
    raise AssertionError("a retry without limit ended")  # pragma: no cover
