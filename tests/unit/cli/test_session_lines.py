"""Sessions and replays as lines for a person and for a machine."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer
from history_events import START, intervention, message, outcome, position, rejection, result
from replay_record import LIVE, said

from emotionstream.cli.replay_lines import report_lines
from emotionstream.cli.session_lines import (
    SUMMARY_HEADINGS,
    nothing_found,
    summary_cells,
    summary_json,
    summary_lines,
    turn_json,
    turn_lines,
)
from emotionstream.cli.times import parse_time
from emotionstream.history.reader import SessionFilter
from emotionstream.history.session import SessionSummary, Turn
from emotionstream.producers.replay_report import ReplayReport
from emotionstream.schemas.affect import InterventionLevel
from emotionstream.schemas.position import result_id

SUMMARY = SessionSummary("ada", "s1", START, START, 5, 4, 3, 1, InterventionLevel.MILD)
SCORED = result(message(1), position(1))
RAISED = intervention(SCORED)
TURN = Turn(
    result_id=result_id(position(1)),
    position=position(1),
    message=said(message(1), position(1)),
    result=SCORED,
    intervention=RAISED,
    outcomes=(outcome(RAISED),),
)


def test_a_summary_is_one_line_of_json_with_every_field() -> None:
    """Times in ISO 8601, numbers as numbers."""
    read = json.loads(summary_json(SUMMARY))
    assert (read["user_id"], read["messages"], read["top_level"]) == ("ada", 5, "mild")
    assert datetime.fromisoformat(read["started_at"]) == START
    assert len(summary_cells(SUMMARY)) == len(SUMMARY_HEADINGS)


def test_ids_in_a_list_are_never_cut() -> None:
    """They are there to be copied, whatever the terminal's width; columns stay aligned."""
    long = replace(SUMMARY, user_id="learner-" + "x" * 100, session_id="session-" + "y" * 100)
    heading, short, wide = summary_lines([SUMMARY, long])
    assert long.user_id in wide and long.session_id in wide
    assert heading.index("session") == short.index("s1") == wide.index(long.session_id)
    assert all(len(line) <= 80 for line in summary_lines([SUMMARY]))


def test_an_answer_under_another_user_id_is_flagged() -> None:
    """It is found by the intervention's id; whether it is about this learner is for a person to judge."""
    mine, other = outcome(RAISED), outcome(RAISED).model_copy(update={"user_id": "bob"})
    *_, first, second = turn_lines(replace(TURN, outcomes=(mine, other)))
    assert "another user id" not in first
    assert second.endswith("says tutor-1 (by another user id than this learner's)")


def test_an_answer_under_another_user_id_is_not_the_turns_answer() -> None:
    """It would win in a replay over what this learner's tutor said, only because it came last."""
    mine, other = outcome(RAISED), outcome(RAISED).model_copy(update={"user_id": "bob"})
    assert replace(TURN, outcomes=(mine, other)).answer == mine
    assert replace(TURN, outcomes=(other,)).answer is None


def test_what_a_learner_wrote_forges_no_line() -> None:
    """Line ends and escapes are spelled out; who spoke is told where several learners share a session."""
    assert TURN.message is not None
    forged = replace(TURN, message=replace(TURN.message, text="ok\x1b[31m\n2026-11-27 00:00:00  learner  no"))
    first, second, *_ = turn_lines(forged, named=True)
    assert first.endswith("  learner  ada:  ok\\x1b[31m\\n2026-11-27 00:00:00  learner  no")
    assert second.startswith("    ")


def test_what_an_answer_corrects_is_told() -> None:
    """The emotion and the level that would have been right."""
    change = {"corrected_emotion": "boredom", "corrected_level": InterventionLevel.MILD}
    *_, last = turn_lines(replace(TURN, outcomes=(outcome(RAISED).model_copy(update=change),)))
    assert last == "    helped: yes, felt boredom, mild would have been right, says tutor-1"


def test_a_turn_is_told_from_what_was_said_to_the_answer() -> None:
    """Message, emotion, intervention with reasons and the id to answer it by, and whether it helped, in that order."""
    lines = list(turn_lines(TURN))
    assert "stuck" in lines[0]
    assert SCORED.primary_emotion in lines[1]
    assert "! ada needs moderate help (before: none): sounds confused" in lines[2]
    assert lines[2].endswith("mood falling")
    assert lines[3].strip() == str(RAISED.intervention_id)
    assert lines[4].strip().startswith("helped: yes, ") and lines[4].endswith(", says tutor-1")


def test_a_turn_without_text_names_the_message_instead() -> None:
    """Expired or unwanted text leaves the id; a rejection says by whom and why."""
    silent = said(message(2).model_copy(update={"text": "x"}), position(2))
    turn = Turn(result_id(position(2)), position(2), rejection=rejection(position(2)))
    assert list(turn_lines(turn)) == ["    rejected by the worker: unscorable"]
    lines = list(turn_lines(Turn(turn.result_id, turn.position, message=_without_text(silent))))
    assert "m-ada-2" in lines[0]


def test_a_turn_in_json_has_the_event_as_on_the_wire() -> None:
    """The result's JSON is the one that Kafka carries; what is missing is left out."""
    read = json.loads(turn_json(TURN))
    assert read["result"] == json.loads(SCORED.to_json())
    assert read["message"]["role"] == "learner"
    assert "rejection" not in read


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-03-02", datetime(2026, 3, 2, tzinfo=UTC)),
        ("2026-03-02T09:00:00", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("2026-03-02T10:00:00+01:00", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("2026-03-02T09:00:00Z", datetime(2026, 3, 2, 9, tzinfo=UTC)),
    ],
)
def test_a_time_without_a_zone_is_utc(written: str, meant: datetime) -> None:
    """Everybody who asks for the same time gets the same messages."""
    assert parse_time(written) == meant


def test_a_time_that_is_none_says_how_to_write_one() -> None:
    """Yesterday is not a time."""
    with pytest.raises(typer.BadParameter, match="2026-03-02"):
        parse_time("yesterday")


def test_nothing_found_says_what_was_looked_for() -> None:
    """Others may well be recorded: only without a filter is there none."""
    assert nothing_found(SessionFilter()) == "no session is recorded yet"
    wanted = SessionFilter(since=datetime(2026, 3, 2, tzinfo=UTC), user_id="fay")
    assert nothing_found(wanted) == "no session fits: --user fay, --since 2026-03-02T00:00:00+00:00"


def test_a_report_says_what_is_the_same_and_warns_of_the_rest() -> None:
    """Counts, differences, other engines, dropped history and withheld texts each have their line."""
    report = ReplayReport(LIVE, rows=10, compared=9, exact=7, texts_withheld=2)
    report.by_status.update({"replayed": 9, "context": 1})
    report.different.update({"state": 2})
    report.recorded_engines.update({"other": 9})
    report.truncated_learners.add("ada")
    told = "\n".join(report_lines(report, Path("x.parquet")))
    for part in ("10 messages", "9 scored again", "7 of 9", "2 with another state", "other", "dropped", "2 texts"):
        assert part in told


def _without_text(item: object) -> object:
    return replace(item, text=None)  # type: ignore[type-var]  # A Said.
