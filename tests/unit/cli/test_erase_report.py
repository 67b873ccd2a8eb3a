"""What an erasure proved, in words and as JSON."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from emotionstream.cli.erase import Erasure
from emotionstream.cli.erase_changelog import Held
from emotionstream.cli.erase_kafka import Kept, Mark
from emotionstream.cli.erase_report import erasure_json, erasure_lines, unproven
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Topic
from emotionstream.state.snapshot import Folded, LearnerState, Session

TOPICS = TopicSettings(prefix="school.")
UNTIL = 1_772_442_000_000
ROWS = {"messages": 2, "message_texts": 1, "results": 2, "interventions": 0, "outcomes": 0}
DONE = Erasure(
    until_ms=UNTIL,
    removed=ROWS,
    left=dict.fromkeys(ROWS, 0),
    marks=(Mark(Topic.CHAT, 3, 41, UNTIL, passed=True), Mark(Topic.RESULTS, 3, 17, UNTIL, passed=True)),
    states=(Held(3, 9, None),),
    kept=(Kept(Topic.CHAT, datetime(2026, 3, 10, tzinfo=UTC)), Kept(Topic.OUTCOMES, None)),
)


def state(timestamp_ms: int) -> bytes:
    """A learner's state whose last message came in at that time."""
    none = (0.5, 0.5, 0.5)
    return LearnerState(1, 0, none, none, (), Session("s", 0, 1), None, Folded(3, 50, timestamp_ms)).to_json()


def test_a_proven_erasure_says_what_is_gone_and_what_ages_out() -> None:
    """Rows, marks, the state, and for each topic what it may hold and until when."""
    text = "\n".join(erasure_lines("ada", DONE, TOPICS))
    assert DONE.proven and not list(unproven(DONE, TOPICS))
    for told in (
        "learner 'ada': what was said up to 2026-03-02T09:00:00.000+00:00 is erased",
        "PostgreSQL: 2 messages, 1 text, 2 results removed",
        "no rows found when looked again",
        "school.emotion.results.v1: mark of erasure at partition 3, offset 17, the state stage has passed it",
        "learner table: removed at partition 3, offset 9",
        "  2026-03-10  school.chat.messages.v1: messages, with their texts",
        "  never       school.intervention.outcomes.v1: answers",
    ):
        assert told in text


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"left": {**DONE.left, "results": 1}}, "PostgreSQL still holds 1 result: erase again"),
        (
            {"marks": (replace(DONE.marks[0], passed=False), DONE.marks[1])},
            "the worker has not read the mark in school",
        ),
        ({"marks": (DONE.marks[0], replace(DONE.marks[1], passed=False))}, "the state stage has not read the mark in"),
        ({"states": (Held(3, 9, state(UNTIL)),)}, "the learner table still holds a state"),
        ({"states": (), "looked": False}, "the learner table's changelog could not be read to its end"),
    ],
)
def test_what_is_left_is_told_with_what_to_do(change: dict[str, object], told: str) -> None:
    """One thing that could not be seen to be gone is enough, whatever else was."""
    done = replace(DONE, **change)  # type: ignore[arg-type]  # Fields by name.
    assert not done.proven
    assert [line for line in unproven(done, TOPICS) if line.startswith(told)]
    assert len(list(unproven(done, TOPICS))) == 1


def test_a_changelog_that_was_not_read_holds_nobody_knows_what() -> None:
    """Not having looked must not pass for nothing there."""
    told = "\n".join(erasure_lines("ada", replace(DONE, states=(), looked=False), TOPICS))
    assert "learner table: its changelog could not be read to its end" in told


def test_a_state_begun_anew_is_none_of_the_past() -> None:
    """The learner went on talking: that is said, and proves nothing wrong."""
    done = replace(DONE, states=(Held(3, 9, state(UNTIL + 1)),))
    assert done.proven
    assert "begun anew at partition 3" in "\n".join(erasure_lines("ada", done, TOPICS))


def test_a_program_gets_the_same() -> None:
    """It survives JSON; times are ISO 8601."""
    told = json.loads(json.dumps(erasure_json("ada", DONE, TOPICS)))
    assert told["proven"] is True and told["unproven"] == []
    assert told["database"] == {"removed": ROWS, "left": DONE.left}
    assert told["states"] == [
        {"topic": "school.emotionstream-state-learners-changelog", "partition": 3, "offset": 9, "state": "removed"}
    ]
    assert [item["gone_by"] for item in told["kept"]] == ["2026-03-10T00:00:00+00:00", None]


def test_an_id_of_which_nothing_was_known_is_asked_about() -> None:
    """A slip of the finger does not look like an erasure."""
    nobody = replace(DONE, removed=dict.fromkeys(DONE.removed, 0), states=())
    assert "is the id right?" in "\n".join(erasure_lines("adaa", nobody, TOPICS))
    assert "is the id right?" not in "\n".join(erasure_lines("ada", DONE, TOPICS))
