"""Each part in the database with the least rights: what it does works, what it has no business with is refused."""

import uuid
from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest
from history_events import START, carried, intervention, outcome, position, said_and_scored

from emotionstream.history.entry import Entry
from emotionstream.history.grants import grants
from emotionstream.history.reader import SessionFilter
from emotionstream.history.store import History, open_history
from emotionstream.schemas.errors import SettingsError
from emotionstream.schemas.settings.database import DatabaseSettings
from emotionstream.schemas.settings.history import HistorySettings

NOW = START + timedelta(days=1)
SETTINGS = HistorySettings(limit=4, migrate=False)
ROLES = ("recorder", "reader", "text_reader", "eraser")


class Roles:
    """A database with its tables and roles, and a history opened as any of them."""

    def __init__(self, database: str, prefix: str) -> None:
        self._database = database
        self.prefix = prefix

    def url(self, role: str) -> str:
        """DATABASE_URL of a user in ``role``."""
        return self._database.replace("//emotionstream@", f"//{self.prefix}_{role}_1@")

    def opened(self, role: str, settings: HistorySettings = SETTINGS) -> object:
        """The history, opened as a user in ``role``."""
        return open_history(DatabaseSettings(url=self.url(role)), settings)

    async def refused(self, role: str, sql: str) -> None:
        """See that a user in ``role`` may not run ``sql``."""
        connection = await asyncpg.connect(self.url(role), server_settings={"search_path": "emotionstream"})
        try:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(sql)
        finally:
            await connection.close()


@pytest.fixture
async def roles(database: str) -> AsyncIterator[Roles]:
    """Tables made by their owner, and a user for each role."""
    prefix = f"t{uuid.uuid4().hex[:12]}"
    async with open_history(DatabaseSettings(url=database), HistorySettings()):
        pass
    owner = await asyncpg.connect(database)
    for _ in range(2):  # It is run again after each migration.
        await owner.execute(grants("emotionstream", prefix))
    for role in ROLES:
        await owner.execute(f"CREATE USER {prefix}_{role}_1 IN ROLE {prefix}_{role}")
    yield Roles(database, prefix)
    for role in ROLES:
        await owner.execute(f"DROP USER {prefix}_{role}_1")
        await owner.execute(f"DROP OWNED BY {prefix}_{role}; DROP ROLE {prefix}_{role}")
    await owner.close()


def lesson() -> list[Entry]:
    """More results than are kept, an intervention, an answer."""
    entries = [entry for offset in range(6) for entry in said_and_scored(offset)]
    raised = intervention(entries[-1].event)  # type: ignore[arg-type]  # A result.
    return [*entries, carried(raised, 0), carried(outcome(raised), 0)]


async def recorded(roles: Roles) -> None:
    async with roles.opened("recorder") as history:
        assert isinstance(history, History)
        await history.write(lesson())


async def test_the_recorder_records_and_expires_without_reading_text(roles: Roles) -> None:
    """Writing, keeping the bounds and dropping old texts work; reading a text or changing a row does not."""
    await recorded(roles)
    async with roles.opened("recorder") as history:
        assert await history.truncated("ada") == 2
        await history.write(lesson()[-4:])  # Known: nothing new.
        assert await history.expire_texts(NOW) == 4
    for sql in (
        "SELECT text FROM message_texts",
        "UPDATE messages SET training_consent = true",
        "DELETE FROM interventions",
        "INSERT INTO erasures VALUES ('', 0, now())",
        "CREATE TABLE emotionstream.more (n integer)",
        "DROP TABLE messages",
    ):
        await roles.refused("recorder", sql)


async def test_a_reader_sees_sessions_and_no_text(roles: Roles) -> None:
    """Sessions, turns without text, how much was dropped; asking for text is refused in plain words."""
    await recorded(roles)
    async with roles.opened("reader") as history:
        assert [summary.results for summary in await history.sessions(SessionFilter())] == [4]
        assert len(await history.turns("ada", with_text=False)) == 4
        assert await history.truncated("ada") == 2
        with pytest.raises(SettingsError, match=r"lacks a right.*emotionstream db grants"):
            await history.turns("ada")
    for sql in ("DELETE FROM results", "SELECT * FROM erasures", "UPDATE results SET confidence = 1"):
        await roles.refused("reader", sql)


async def test_a_reader_of_text_replays(roles: Roles) -> None:
    """It reads all that a replay needs, and writes nothing."""
    await recorded(roles)
    async with roles.opened("text_reader") as history:
        turns = await history.turns("ada")
        assert len(turns) == 4
        assert all(turn.message is not None and turn.message.text for turn in turns)
    for sql in ("DELETE FROM message_texts", "INSERT INTO truncated_learners VALUES ('x', 1)"):
        await roles.refused("text_reader", sql)


async def test_the_eraser_removes_and_reads_nothing_of_it(roles: Roles) -> None:
    """It finds rows by learner and removes them; what they say is none of its business."""
    await recorded(roles)
    async with roles.opened("eraser") as history:
        assert await history.partitions_of("ada", "chat.messages.v1") == {0}
        assert (await history.erase("ada", position(10).timestamp_ms, NOW))["messages"] == 4
        assert set((await history.rows_of("ada", position(10).timestamp_ms)).values()) == {0}
    for sql in (
        "SELECT text FROM message_texts",
        "SELECT probabilities FROM results",
        "UPDATE messages SET user_id = 'x'",
        "DELETE FROM erasures",
        "INSERT INTO messages DEFAULT VALUES",
    ):
        await roles.refused("eraser", sql)


async def test_a_part_with_few_rights_does_not_migrate(roles: Roles, database: str) -> None:
    """Tables of an earlier revision are the owner's to change: the error says whose turn it is."""
    owner = await asyncpg.connect(database)
    await owner.execute("UPDATE emotionstream.alembic_version SET version_num = 'h0001_tables'")
    await owner.close()
    with pytest.raises(SettingsError, match="lacks a right"):
        async with roles.opened("recorder", HistorySettings()):
            pass
