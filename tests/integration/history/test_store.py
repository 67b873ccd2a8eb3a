"""The history against a real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest
from history_events import (
    START,
    carried,
    intervention,
    message,
    outcome,
    position,
    rejection,
    result,
    said_and_scored,
)

from emotionstream.history.entry import Entry
from emotionstream.history.failures import HistorySchemaError, RowRefusedError
from emotionstream.history.reader import SessionFilter
from emotionstream.history.store import History, open_history
from emotionstream.history.tables import Table
from emotionstream.schemas.affect import InterventionLevel
from emotionstream.schemas.errors import ServiceUnavailableError, SettingsError
from emotionstream.schemas.events import Role
from emotionstream.schemas.settings.database import DatabaseSettings
from emotionstream.schemas.settings.history import HistorySettings


@pytest.fixture
async def history(database: str) -> AsyncIterator[History]:
    """An empty history in a database of its own."""
    async with open_history(DatabaseSettings(url=database), HistorySettings()) as opened:
        yield opened


def lesson() -> list[Entry]:
    """Two learners, a tutor, an intervention with an answer, a rejection: records of every kind."""
    entries = [entry for offset in range(4) for entry in said_and_scored(offset)]
    tutor = Entry(position(4), message(4, role=Role.TUTOR))
    refused = Entry(position(5), message(5))
    raised = intervention(entries[5].event)  # type: ignore[arg-type]  # The result of offset 2.
    return [
        *entries,
        *said_and_scored(0, user="bob"),
        tutor,
        refused,
        carried(raised, 0),
        carried(outcome(raised), 0),
        carried(rejection(position(5)), 0),
    ]


async def test_a_session_comes_back_in_order_and_bit_for_bit(history: History) -> None:
    """Whatever order the records came in, the turns are in the order in which they were said, every float exact."""
    entries = lesson()
    await history.write(entries[::-1])
    turns = await history.turns("ada", "s1")
    assert [turn.position.offset for turn in turns] == [0, 1, 2, 3, 4, 5]
    scored = {turn.result.source.offset: turn.result for turn in turns if turn.result}
    for offset in range(4):
        expected = result(message(offset), position(offset))
        assert scored[offset] == expected
        assert scored[offset].to_json() == expected.to_json()
    raised = intervention(scored[2])
    assert turns[2].intervention is not None
    assert turns[2].intervention.to_json() == raised.to_json()
    assert turns[2].outcomes == (outcome(raised),)
    assert turns[4].message is not None
    assert turns[4].message.role is Role.TUTOR
    assert turns[5].rejection == rejection(position(5))
    assert turns[5].result is None


async def test_text_comes_back_as_it_was_and_only_when_asked_for(history: History) -> None:
    """Text is kept verbatim in its own table, and stays there unless it is asked for."""
    await history.write([Entry(position(1), message(1))])
    (turn,) = await history.turns("ada")
    assert turn.message is not None
    assert turn.message.text == message(1).text
    (turn,) = await history.turns("ada", with_text=False)
    assert turn.message is not None
    assert turn.message.text is None


async def test_writing_again_changes_nothing(history: History) -> None:
    """The same records, twice in a batch and again in another, are kept once."""
    first = await history.write(lesson() + lesson())
    counts = await history.counts()
    assert first == {
        Table.MESSAGES: 7,
        Table.RESULTS: 5,
        Table.INTERVENTIONS: 1,
        Table.OUTCOMES: 1,
        Table.REJECTIONS: 1,
    }
    assert counts == {"message_texts": 7, **{table.value: rows for table, rows in first.items()}}
    again = await history.write(lesson())
    assert set(again.values()) == {0}
    assert await history.counts() == counts


async def test_a_topic_made_anew_is_not_taken_for_a_repeat(history: History) -> None:
    """The same offset of a newer log is another record."""
    await history.write(said_and_scored(0))
    fresh = await history.write(said_and_scored(0, log=1))
    assert fresh == {Table.MESSAGES: 1, Table.RESULTS: 1}
    assert [turn.position for turn in await history.turns("ada")] == [position(0), position(0, log=1)]


async def test_two_writers_of_the_same_records_keep_each_once(history: History) -> None:
    """Two recorders that both hold a partition for a moment neither double a row nor fail."""
    entries = [entry for offset in range(200) for entry in said_and_scored(offset, user=f"u{offset % 7}")]
    written = await asyncio.gather(*(history.write(part) for part in (entries, entries[::-1], entries)))
    assert sum(fresh[Table.RESULTS] for fresh in written) == 200
    assert (await history.counts())["results"] == 200


async def test_the_history_of_a_learner_is_bounded(database: str) -> None:
    """Only the newest results stay, with their messages; also when old records are read a second time."""
    async with open_history(DatabaseSettings(url=database), HistorySettings(limit=3)) as history:
        for start in (0, 4, 0):
            entries = [entry for offset in range(start, start + 4) for entry in said_and_scored(offset)]
            await history.write(entries + said_and_scored(start, user="bob"))
            assert (await history.counts())["results"] <= 3 + 3
        turns = await history.turns("ada")
        assert [turn.position.offset for turn in turns] == [5, 6, 7]
        assert await history.truncated("ada") >= 5
        assert await history.truncated("bob") == 0
        counts = await history.counts()
        assert counts["messages"] == counts["message_texts"] == 5


async def test_text_expires_and_the_rest_stays(history: History) -> None:
    """Texts older than the limit go; messages and results stay."""
    await history.write([entry for offset in range(10) for entry in said_and_scored(offset)])
    assert await history.expire_texts(position(4).time) == 4
    turns = await history.turns("ada")
    assert [turn.message.text is None for turn in turns if turn.message] == [True] * 4 + [False] * 6
    assert (await history.counts())["results"] == 10


async def test_expiry_goes_on_until_all_old_text_is_gone(database: str) -> None:
    """More old texts than fit one transaction go all the same."""
    async with open_history(DatabaseSettings(url=database), HistorySettings(text_expiry_rows=2)) as history:
        await history.write([Entry(position(offset), message(offset)) for offset in range(7)])
        assert await history.expire_texts(START + timedelta(days=1)) == 7
        assert (await history.counts())["message_texts"] == 0


async def test_sessions_are_listed_with_their_counts(history: History) -> None:
    """The list says who, when, how much, and the highest level raised; filters narrow it."""
    await history.write([*lesson(), *said_and_scored(90, user="ada", session="s2")])
    sessions = await history.sessions(SessionFilter())
    assert [(item.user_id, item.session_id) for item in sessions] == [("ada", "s2"), ("ada", "s1"), ("bob", "s1")]
    (first,) = await history.sessions(SessionFilter(user_id="ada", session_id="s1"))
    assert (first.learner_messages, first.interventions) == (5, 1)
    assert first.top_level is InterventionLevel.MODERATE
    late = await history.sessions(SessionFilter(since=START + timedelta(seconds=60)))
    assert [item.session_id for item in late] == ["s2"]
    assert await history.sessions(SessionFilter(until=START)) == []
    begun = await history.sessions(SessionFilter(user_id="ada", until=START + timedelta(seconds=1)))
    assert [(item.learner_messages, item.results, item.interventions) for item in begun] == [(1, 1, 0)]
    assert len(await history.sessions(SessionFilter(), limit=1)) == 1


async def test_a_row_that_cannot_be_kept_is_told_apart_and_nothing_of_its_batch_is_kept(history: History) -> None:
    """A NUL in a result's model name is refused by PostgreSQL: RowRefusedError, without the content, and no row."""
    said = message(0)
    bad = result(said, position(0)).model_copy(update={"session_id": "secret\x00words"})
    with pytest.raises(RowRefusedError) as caught:
        await history.write([*said_and_scored(1), carried(bad, 0)])
    assert "secret" not in str(caught.value)
    assert caught.value.__suppress_context__
    assert (await history.counts())["results"] == 0


async def test_an_impossible_number_is_a_refused_row(history: History) -> None:
    """An offset beyond PostgreSQL's bigint is refused as a row, not as a failure of the database."""
    far = rejection(position(0))
    far = far.model_copy(update={"source": far.source.model_copy(update={"offset": 2**70})})
    with pytest.raises(RowRefusedError):
        await history.write([carried(far, 0)])


async def test_opening_twice_at_once_migrates_once(database: str) -> None:
    """Several parts that start together on an empty database all find their tables."""
    url = DatabaseSettings(url=database)

    async def count() -> int:
        async with open_history(url, HistorySettings()) as history:
            return (await history.counts())["results"]

    assert await asyncio.gather(*(count() for _ in range(4))) == [0] * 4


async def test_without_migrate_missing_tables_are_an_error_that_names_the_command(database: str) -> None:
    """Where the setting forbids it nothing is created, and the message says what to do."""
    with pytest.raises(HistorySchemaError, match="emotionstream db migrate"):
        async with open_history(DatabaseSettings(url=database), HistorySettings(migrate=False)):
            pytest.fail("opened without tables")


async def test_a_newer_database_is_refused(database: str) -> None:
    """Tables that a newer program made are left alone."""
    async with open_history(DatabaseSettings(url=database), HistorySettings()):
        pass
    connection = await asyncpg.connect(database)
    await connection.execute("UPDATE emotionstream.alembic_version SET version_num = 'h9999_future'")
    await connection.close()
    with pytest.raises(HistorySchemaError, match="h9999_future"):
        async with open_history(DatabaseSettings(url=database), HistorySettings()):
            pytest.fail("opened a newer history")


async def test_a_database_that_is_away_is_told_at_once() -> None:
    """No server: ServiceUnavailableError with the fix, and the URL's password nowhere."""
    url = "postgresql://u:hush@127.0.0.1:1/nothing"
    with pytest.raises(ServiceUnavailableError, match="DATABASE_URL") as caught:
        async with open_history(DatabaseSettings(url=url), HistorySettings()):
            pytest.fail("opened without a server")
    assert "hush" not in str(caught.value)


async def test_an_unreadable_url_is_a_settings_error_without_the_password() -> None:
    """A URL of another kind is named as such; it may hold a password, so it is not repeated."""
    with pytest.raises(SettingsError, match="DATABASE_URL") as caught:
        async with open_history(DatabaseSettings(url="mysql://u:hush@h/db"), HistorySettings()):
            pytest.fail("opened")
    assert "hush" not in str(caught.value)


async def test_two_installations_share_a_database(database: str) -> None:
    """Each has its tables in a schema of its own, its revision too, and sees nothing of the other."""
    url = DatabaseSettings(url=database)
    async with (
        open_history(url, HistorySettings(db_schema="school_a")) as one,
        open_history(url, HistorySettings(db_schema="school_b")) as two,
    ):
        await one.write(said_and_scored(0))
        assert (await one.counts())["results"] == 1
        assert (await two.counts())["results"] == 0
        assert (await two.plan()).up_to_date


async def test_a_write_that_fails_leaves_the_connection_fit_for_the_next(history: History) -> None:
    """Staging tables are empty again after a refused batch: nothing of it slips into the next."""
    bad = result(message(0), position(0)).model_copy(update={"session_id": "\x00"})
    for _ in range(3):
        with pytest.raises(RowRefusedError):
            await history.write([*said_and_scored(1), carried(bad, 0)])
    assert await history.write(said_and_scored(2)) == {Table.MESSAGES: 1, Table.RESULTS: 1}
    assert (await history.counts())["messages"] == 1
