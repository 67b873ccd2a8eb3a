"""An erasure in words, and as JSON. Pure."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from emotionstream.cli.erase import Erasure
from emotionstream.cli.erase_changelog import Held
from emotionstream.cli.erase_kafka import READER, Kept, Mark
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Group, Topic, topic_name

_MS_PER_SECOND: Final = 1_000
_NAMES: Final = {"message_texts": "texts", "truncated_learners": "truncation notes"}
_PARTS: Final = {Group.WORKER: "the worker", Group.STATE: "the state stage"}
HOLDS: Final = {
    Topic.CHAT: "messages, with their texts",
    Topic.CHAT_DLQ: "messages that could not be used, with their texts",
    Topic.RESULTS: "results",
    Topic.RESULTS_DLQ: "results that could not be used",
    Topic.INTERVENTIONS: "interventions",
    Topic.OUTCOMES: "answers",
}
"""What a topic may hold of a learner."""


def erasure_lines(user_id: str, done: Erasure, topics: TopicSettings) -> Iterator[str]:
    """For a person."""
    yield f"learner {user_id!r}: what was said up to {_time(done.until_ms)} is erased"
    yield ""
    yield f"PostgreSQL: {_rows(done.removed)} removed"
    yield f"            {_rows(done.left)} found when looked again; what comes late is not recorded"
    for mark in done.marks:
        yield f"{topic_name(mark.topic, topics)}: mark of erasure at {_place(mark)}, {_passed(mark)}"
    yield f"learner table: {_table(done)}"
    if not any(done.removed.values()):
        yield ""
        yield "The history had nothing of this learner: is the id right?"
    yield ""
    yield "Single records cannot be taken out of these topics. What they may hold of the learner is gone by:"
    for kept in done.kept:
        yield f"  {_gone_by(kept)}  {topic_name(kept.topic, topics)}: {HOLDS[kept.topic]}"


def erasure_json(user_id: str, done: Erasure, topics: TopicSettings) -> dict[str, Any]:
    """For a program."""
    return {
        "user_id": user_id,
        "until": _time(done.until_ms),
        "proven": done.proven,
        "unproven": list(unproven(done, topics)),
        "database": {"removed": done.removed, "left": done.left},
        "marks": [
            {
                "topic": topic_name(mark.topic, topics),
                "partition": mark.partition,
                "offset": mark.offset,
                "passed": mark.passed,
            }
            for mark in done.marks
        ],
        "states": [
            {
                "topic": topic_name(Topic.LEARNERS_CHANGELOG, topics),
                "partition": held.partition,
                "offset": held.offset,
                "state": _state(held, done.until_ms),
            }
            for held in done.states
        ],
        "kept": [
            {
                "topic": topic_name(kept.topic, topics),
                "holds": HOLDS[kept.topic],
                "gone_by": kept.gone_by and kept.gone_by.isoformat(),
            }
            for kept in done.kept
        ],
    }


def unproven(done: Erasure, topics: TopicSettings) -> Iterator[str]:
    """What could not be seen to be gone, each with what to do."""
    for mark in done.marks:
        if not mark.passed:
            part = _PARTS[READER[mark.topic]]
            yield (
                f"{part} has not read the mark in {topic_name(mark.topic, topics)} at {_place(mark)}: "
                "see that it runs, and erase again"
            )
    if not done.looked:
        yield "the learner table's changelog could not be read to its end: see that Kafka answers, and erase again"
    if done.old_states:
        yield "the learner table still holds a state of the learner: see that the state stage runs, and erase again"
    if any(done.left.values()):
        yield f"PostgreSQL still holds {_rows(done.left)}: erase again"


def _table(done: Erasure) -> str:
    if not done.looked and not done.states:
        return "its changelog could not be read to its end"
    if not done.states:
        return "it never held a state of the learner, as far as its changelog goes back"
    return "; ".join(
        f"{_state(held, done.until_ms)} at partition {held.partition}, offset {held.offset}" for held in done.states
    )


def _state(held: Held, until_ms: int) -> str:
    if held.value is None:
        return "removed"
    return "begun anew" if held.is_since(until_ms) else "still there"


def _passed(mark: Mark) -> str:
    part = _PARTS[READER[mark.topic]]
    return f"{part} has passed it" if mark.passed else f"{part} has not passed it yet"


def _place(mark: Mark) -> str:
    return f"partition {mark.partition}, offset {mark.offset}"


def _rows(rows: Mapping[str, int]) -> str:
    told = [_counted(count, _NAMES.get(table, table)) for table, count in rows.items() if count]
    return ", ".join(told) or "no rows"


def _counted(count: int, names: str) -> str:
    return f"{count} {names if count > 1 else names.removesuffix('s')}"


def _gone_by(kept: Kept) -> str:
    return "never     " if kept.gone_by is None else kept.gone_by.strftime("%Y-%m-%d")


def _time(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / _MS_PER_SECOND, UTC).isoformat(timespec="milliseconds")
