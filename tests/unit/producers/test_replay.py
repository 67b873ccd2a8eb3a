"""Replay: two folds side by side, and rows that say whether they agree."""

from dataclasses import replace

import pytest
from history_events import START, position, rejection
from replay_record import FOLD, LIVE, FakeEngine, Record, lesson, recorded

from emotionstream.history.reader import SessionFilter
from emotionstream.producers.replay import Replayer
from emotionstream.producers.replay_report import ReplayReport
from emotionstream.producers.replay_row import ReplayRow
from emotionstream.schemas.errors import ReplayError
from emotionstream.schemas.settings.replay import ReplaySettings

ALL = SessionFilter()


async def replay(record: Record, wanted: SessionFilter = ALL, engine: FakeEngine | None = None) -> list[ReplayRow]:
    """The rows of a replay in small chunks."""
    replayer = Replayer(record, engine or FakeEngine(), FOLD, ReplaySettings(chunk_messages=7))
    return [row async for row in replayer.rows(wanted)]


def summed(rows: list[ReplayRow], engine: FakeEngine | None = None) -> ReplayReport:
    """The report of ``rows``."""
    report = ReplayReport((engine or FakeEngine()).info)
    for row in rows:
        report.add(row, with_text=True, without_consent=False)
    return report


async def test_the_live_model_gives_everything_again() -> None:
    """Same model, same settings: every result, state and intervention is as it was, and there are interventions."""
    record = Record({name: recorded(lesson(name, ["s1"] * 40)) for name in ("ada", "bob")})
    report = summed(await replay(record))
    assert report.is_exact
    assert report.compared == 64
    assert report.by_status == {"replayed": 64, "context": 16}
    assert report.interventions == report.recorded_interventions > 0
    assert report.other_engines == []


async def test_a_session_starts_from_the_state_as_it_was() -> None:
    """Sessions that interleave: one of them alone still comes out exactly, since the others are folded in."""
    record = Record({"ada": recorded(lesson("ada", ["s1", "s2", "s2"] * 20))})
    rows = await replay(record, SessionFilter(session_id="s2"))
    assert {row.said.session_id for row in rows} == {"s2"}
    assert len(rows) == 40
    assert summed(rows).is_exact


async def test_a_part_by_time_is_exact_as_well() -> None:
    """Messages from a time on: what came before is folded in as it was recorded."""
    record = Record({"ada": recorded(lesson("ada", ["s1"] * 30))})
    rows = await replay(record, SessionFilter(since=START.replace(second=20)))
    assert 0 < len(rows) < 30
    assert summed(rows).is_exact


async def test_another_model_is_told_by_what_differs() -> None:
    """Another model's results differ, and so may states and interventions; the record stands beside them."""
    record = Record({"ada": recorded(lesson("ada", ["s1"] * 30))})
    other = FakeEngine(LIVE.model_copy(update={"version": "2", "engine": "other"}), twist="!")
    rows = await replay(record, engine=other)
    report = summed(rows, other)
    assert not report.is_exact
    assert report.exact == 0
    assert report.different["result"] == report.compared == 24
    assert report.different["state"] > 0
    assert report.other_engines == ["test"]


async def test_an_engine_of_another_name_with_the_same_numbers_is_exact_and_told() -> None:
    """The fingerprint alone makes no difference of results, but the report names it."""
    record = Record({"ada": recorded(lesson("ada", ["s1"] * 10))})
    other = FakeEngine(LIVE.model_copy(update={"engine": "another machine"}))
    report = summed(await replay(record, engine=other), other)
    assert report.is_exact
    assert report.other_engines == ["test"]


async def test_what_was_rejected_is_not_scored_and_what_lost_its_text_stands_as_recorded() -> None:
    """Neither changes the states of the rest."""
    messages = lesson("ada", ["s1"] * 30)
    record = Record({"ada": recorded(messages, [rejection(position(3))])})
    record.by_learner["ada"] = [
        replace(turn, message=replace(turn.message, text=None)) if turn.position.offset == 6 else turn
        for turn in record.by_learner["ada"]
    ]
    rows = await replay(record)
    report = summed(rows)
    assert report.by_status == {"replayed": 22, "context": 6, "rejected": 1, "no_text": 1}
    assert report.is_exact
    assert [row.result for row in rows if row.status != "replayed"] == [None] * 8


async def test_a_result_of_a_message_that_was_not_recorded_is_folded_in() -> None:
    """A result without its message still counts for the state."""
    turns = recorded(lesson("ada", ["s1"] * 20))
    record = Record({"ada": [replace(turn, message=None) if turn.position.offset < 5 else turn for turn in turns]})
    rows = await replay(record)
    assert len(rows) == 15
    assert summed(rows).is_exact


async def test_dropped_history_is_told_and_seen_in_the_comparison() -> None:
    """Without its first results a learner's fold starts too late: the rows say so, and interventions may differ."""
    turns = recorded(lesson("ada", ["s1"] * 40))
    rows = await replay(Record({"ada": turns[20:]}, dropped={"ada": 16}))
    assert all(row.history_truncated for row in rows)
    report = summed(rows)
    assert report.truncated_learners == {"ada"}
    assert report.different["result"] == 0


async def test_a_message_without_a_recorded_result_is_scored_but_not_compared() -> None:
    """The recorder may have been ahead of the worker: nothing to compare is no difference."""
    turns = recorded(lesson("ada", ["s1"] * 10))
    turns[-2] = replace(turns[-2], result=None, intervention=None)
    rows = await replay(Record({"ada": turns}))
    assert rows[-2].result is not None
    assert rows[-2].same.exact is None
    assert summed(rows).is_exact


async def test_the_engine_is_asked_in_chunks() -> None:
    """Memory is bounded by the chunk, whatever the learner's history."""
    engine = FakeEngine()
    await replay(Record({"ada": recorded(lesson("ada", ["s1"] * 40))}), engine=engine)
    assert max(engine.asked) == 7
    assert sum(engine.asked) == 32


async def test_nothing_that_fits_is_an_error_that_names_the_list() -> None:
    """An empty replay is a mistake of the person who asked."""
    with pytest.raises(ReplayError, match="sessions list"):
        await replay(Record({"ada": recorded(lesson("ada", ["s1"]))}), SessionFilter(session_id="nowhere"))
