"""Keeping a batch in spite of bad rows and a database that comes and goes."""

from collections.abc import Sequence

import pytest
from history_events import message, position
from hypothesis import given
from hypothesis import strategies as st

from emotionstream.consumers.recorder.keeper import keep, until_it_answers
from emotionstream.history.entry import Entry
from emotionstream.history.failures import HistorySchemaError, RowRefusedError
from emotionstream.history.tables import Table, staged_rows
from emotionstream.schemas.errors import ServiceUnavailableError
from emotionstream.schemas.events import Rejection
from emotionstream.schemas.settings.recorder import RecorderSettings

AT_ONCE = RecorderSettings(retry_first_seconds=0.001, retry_longest_seconds=0.001, retry_jitter_seconds=0.0)


class Refusing:
    """A history that refuses messages of some offsets, all or nothing, as PostgreSQL does."""

    def __init__(self, bad: set[int]) -> None:
        self.bad = bad
        self.kept: list[Entry] = []
        self.writes = 0

    async def write(self, entries: Sequence[Entry]) -> dict[Table, int]:
        """Keep all or none."""
        self.writes += 1
        refused = [entry for entry in entries if not isinstance(entry.event, Rejection)]
        if any(entry.position.offset in self.bad for entry in refused):
            raise RowRefusedError("a row cannot be kept")
        self.kept += entries
        return {table: len(rows) for table, rows in staged_rows(entries).items()}


@given(bad=st.sets(st.integers(0, 29)))
async def test_refused_rows_become_rejections_and_the_rest_is_kept_in_order(bad: set[int]) -> None:
    """Every record is kept once, as itself or as a rejection, in its place."""
    history = Refusing(bad)
    entries = [Entry(position(offset), message(offset)) for offset in range(30)]
    kept = await keep(history, entries)
    assert [entry.position.offset for entry in history.kept] == list(range(30))
    assert {entry.position.offset for entry in history.kept if isinstance(entry.event, Rejection)} == bad
    assert kept.entries == history.kept
    assert kept.fresh[Table.MESSAGES] == 30 - len(bad)
    assert kept.fresh[Table.REJECTIONS] == len(bad)


async def test_one_bad_row_is_found_in_few_writes() -> None:
    """Halving: about twice the logarithm, not one write a row."""
    history = Refusing({77})
    await keep(history, [Entry(position(offset), message(offset)) for offset in range(512)])
    assert history.writes <= 2 * 10 + 1


async def test_nothing_to_keep_asks_for_nothing() -> None:
    """An idle recorder leaves the database alone."""
    history = Refusing(set())
    assert (await keep(history, [])).entries == []
    assert history.writes == 0


async def test_a_database_that_is_away_is_asked_until_it_answers() -> None:
    """There is no last try: nothing is given up."""
    tries = 0

    async def work() -> str:
        nonlocal tries
        tries += 1
        if tries < 40:
            raise ServiceUnavailableError("away")
        return "kept"

    assert await until_it_answers(work, AT_ONCE) == "kept"


async def test_tables_that_do_not_fit_are_not_waited_for() -> None:
    """Waiting would not help: the process ends with a message."""

    async def work() -> None:
        raise HistorySchemaError("older")

    with pytest.raises(HistorySchemaError):
        await until_it_answers(work, AT_ONCE)
