"""The tables' migrations, as SQL."""

import re

import pytest

from emotionstream.history.failures import HistorySchemaError
from emotionstream.history.migrate import render
from emotionstream.history.queries import MIGRATIONS, query
from emotionstream.history.tables import STAGED, Table


def test_from_nothing_every_table_is_made_and_the_revision_is_written() -> None:
    """The plan of an empty database makes each table that is written to."""
    plan = render(None, "kept")
    assert not plan.up_to_date
    for table in Table:
        assert f"CREATE TABLE {table} (" in plan.sql
    assert f"SET version_num='{plan.head}'" in plan.sql


def test_each_step_is_taken_by_itself() -> None:
    """Tables of an earlier revision get only what came since."""
    sql = render("h0001_tables", "kept").sql
    assert "CREATE TABLE erasures (" in sql
    assert "CREATE TABLE messages (" not in sql


def test_the_plan_has_no_transaction_of_its_own() -> None:
    """It runs inside one, under a lock: a COMMIT in it would end that too early."""
    assert not re.search(r"^\s*(BEGIN|COMMIT)\b", render(None, "kept").sql, re.MULTILINE)


def test_at_the_head_there_is_nothing_to_do() -> None:
    """No SQL, and it says so."""
    plan = render(render(None, "kept").head, "kept")
    assert plan.up_to_date
    assert plan.sql == ""


def test_a_revision_of_the_future_is_refused() -> None:
    """A database of a newer program is not touched."""
    with pytest.raises(HistorySchemaError, match="h9999"):
        render("h9999", "kept")


def test_every_revision_has_its_sql_and_every_table_its_columns() -> None:
    """A migration without its file would fail only at the first start; so would a missing column."""
    for script in (MIGRATIONS / "versions").glob("h*.py"):
        assert script.with_suffix(".sql").is_file()
    sql = render(None, "kept").sql
    for staged in STAGED.values():
        body = sql.split(f"CREATE TABLE {staged.table} (")[1].split(");")[0]
        missing = {column for column in staged.columns if not re.search(rf"^\s+{column}\s", body, re.MULTILINE)}
        assert missing <= {"text", "received_at"}
        assert not missing or staged.table is Table.MESSAGES


def test_every_query_says_what_its_arguments_are() -> None:
    """Numbered arguments without a word are guessed at sooner or later."""
    for name in ("prune_learners", "expire_texts", "sessions", "messages_of_learner", "erase_learner", "note_erasure"):
        assert query(name).startswith("-- $1")
