"""Events to rows and back."""

import dataclasses
import re

import pytest
from history_events import carried, intervention, message, outcome, position, rejection, result

from emotionstream.history import records
from emotionstream.history.entry import Entry, Kept
from emotionstream.history.queries import query
from emotionstream.history.tables import (
    INTERVENTION_COLUMNS,
    OUTCOME_COLUMNS,
    REJECTION_COLUMNS,
    RESULT_COLUMNS,
    STAGED,
    Table,
    staged_rows,
)

SCORED = result(message(1), position(1))
RAISED = intervention(SCORED)
CASES = [
    (Table.RESULTS, SCORED, records.result, RESULT_COLUMNS),
    (Table.INTERVENTIONS, RAISED, records.intervention, INTERVENTION_COLUMNS),
    (Table.OUTCOMES, outcome(RAISED), records.outcome, OUTCOME_COLUMNS),
    (Table.REJECTIONS, rejection(position(2)), records.rejection, REJECTION_COLUMNS),
]


@pytest.mark.parametrize(("table", "event", "back", "columns"), CASES, ids=[case[0].value for case in CASES])
def test_an_event_is_the_same_after_a_row(table: Table, event: Kept, back: object, columns: tuple[str, ...]) -> None:
    """Every field survives, floats to the last bit."""
    (row,) = staged_rows([carried(event, 9)])[table]
    again = back(dict(zip(columns, row, strict=True)))  # type: ignore[operator]  # One of the functions above.
    assert again == event
    assert again.model_dump_json() == event.model_dump_json()


def test_a_message_is_the_same_after_a_row() -> None:
    """Every field of a chat message survives; its position is the record's."""
    spoken = message(1)
    (row,) = staged_rows([Entry(position(1), spoken)])[Table.MESSAGES]
    cells = dict(zip(STAGED[Table.MESSAGES].columns, row, strict=True))
    said = records.said(cells)
    assert said.position == position(1)
    fields = {field.name: getattr(said, field.name) for field in dataclasses.fields(said) if field.name != "position"}
    assert fields == spoken.model_dump()
    assert cells["received_at"] == position(1).time


def test_rows_keep_the_order_of_entries() -> None:
    """Entries of one table stay in their order."""
    entries = [Entry(position(offset), message(offset)) for offset in (3, 1, 2)]
    rows = staged_rows(entries)[Table.MESSAGES]
    assert [row[1] for row in rows] == ["m-ada-3", "m-ada-1", "m-ada-2"]
    assert set(staged_rows([])) == set()


@pytest.mark.parametrize("staged", STAGED.values(), ids=lambda staged: staged.table.value)
def test_every_staged_column_is_in_its_insert(staged: object) -> None:
    """A column that is staged and not inserted would be lost in silence."""
    sql = query(staged.insert)  # type: ignore[attr-defined]  # A Staged.
    for column in staged.columns:  # type: ignore[attr-defined]  # A Staged.
        assert len(re.findall(rf"\b{column}\b", sql)) >= 2, column
