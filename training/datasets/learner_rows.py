"""What a line of the learner corpus has to hold, field by field: for checking a corpus of one's own."""

from typing import Any, Final

from emotionstream.schemas.affect import InterventionLevel, ReadinessState
from emotionstream.schemas.emotions import EMOTION_INDEX
from emotionstream.training.datasets.table import RowError, Table, json_lines, number, one_of, some_text

_READINESS: Final = [state.value for state in ReadinessState]
_LEVELS: Final = [level.value for level in InterventionLevel]
_LONGEST_SECONDS: Final = 1e9
_PAD: Final = ("pleasure", "arousal", "dominance")


def check_message(row: dict[str, Any]) -> str:
    """The text of a message whose fields are as `docs/data.md` asks.

    Raises:
        RowError: a field is missing or wrong.
    """
    _has(row, ("text", "emotion", "also", "pad"))
    one_of(row["emotion"], EMOTION_INDEX, "emotion")
    if not isinstance(row["also"], list):
        raise RowError("also is no list", "write [] where no other class is acceptable")
    for name in row["also"]:
        one_of(name, EMOTION_INDEX, "also")
    if not isinstance(row["pad"], list) or len(row["pad"]) != len(_PAD):
        raise RowError("pad is no list of three numbers", f"write [{', '.join(_PAD)}]")
    for name, value in zip(_PAD, row["pad"], strict=True):
        number(value, 0, 1, name)
    return some_text(row["text"], "text")


def check_session_message(row: dict[str, Any]) -> str:
    """The text of a session's message whose fields are as `docs/data.md` asks.

    Raises:
        RowError: a field is missing or wrong.
    """
    _has(row, ("session", "t", "engagement", "cognitive_load", "readiness", "intervention"))
    for name, most in (("t", _LONGEST_SECONDS), ("engagement", 1), ("cognitive_load", 1)):
        if isinstance(row[name], str | bool):
            raise RowError(f"{name} is no number", "write it without quotation marks")
        if row[name] is not None or name == "t":
            number(row[name], 0, most, name)
    reader = row.get("reader") or {}
    if not isinstance(reader, dict):
        raise RowError("reader is no object", 'write {"readiness": ..., "intervention": ...}, or leave it out')
    for place in (row, reader):
        if "readiness" in place:
            one_of(place["readiness"], _READINESS, "readiness")
        if "intervention" in place:
            one_of(place["intervention"], _LEVELS, "intervention")
    return check_message(row)


def _has(row: dict[str, Any], names: tuple[str, ...]) -> None:
    if lacking := [name for name in names if name not in row]:
        raise RowError(f"there is no {' and no '.join(lacking)}", "add what is missing, as docs/data.md says")


MESSAGES: Final = Table(json_lines, check_message)
SESSIONS: Final = Table(json_lines, check_session_message)
