"""Bridge (Wang et al., 2024): excerpts of real chat between novice tutors and students, with what experts would do."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from emotionstream.schemas.events import Role
from emotionstream.training.datasets.catalogue import BRIDGE
from emotionstream.training.datasets.dialogue import Turn
from emotionstream.training.datasets.places import locate
from emotionstream.training.datasets.table import RowError, Table, json_items, one_of

_ROLES: Final = {"tutor": Role.TUTOR, "student": Role.LEARNER}
_CLOCK: Final = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{2})")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Up to four turns that end with a student's mistake, what the tutor then said, and what an expert would have said.

    ``error``, ``strategy`` and ``intention`` are an expert's, mostly of the paper's lists, some in free words.
    """

    name: str
    topic: str
    turns: tuple[Turn, ...]
    answer: tuple[Turn, ...]
    expert_answer: tuple[Turn, ...]
    error: str
    strategy: str
    intention: str


def read_bridge(folder: Path, split: str) -> list[Excerpt]:
    """The ``train`` or ``validation`` split, in file order.

    Raises:
        DataError: the file is missing or an excerpt lacks a field.
    """
    return TABLE.read(locate(folder, BRIDGE, f"{split}.json"))


def _parse(row: dict[str, Any]) -> Excerpt:
    try:
        return Excerpt(
            name=str(row["c_id"]),
            topic=str(row["lesson_topic"]),
            turns=_turns(row["c_h"]),
            answer=_turns(row["c_r"]),
            expert_answer=_turns(row["c_r_"]),
            error=str(row["e"]).strip(),
            strategy=str(row["z_what"]).strip(),
            intention=str(row["z_why"]).strip(),
        )
    except (KeyError, TypeError) as error:
        raise RowError(f"the excerpt lacks a field or has a wrong one ({error})", "take it out") from error


def _turns(rows: Sequence[dict[str, Any]]) -> tuple[Turn, ...]:
    return tuple(
        Turn(_ROLES[one_of(row["user"], _ROLES, "user")], str(row["text"]).strip(), _seconds(row.get("time")))
        for row in rows
        if str(row["text"]).strip()
    )


def _seconds(clock: str | None) -> float | None:
    if clock is None:
        return None
    found = _CLOCK.fullmatch(clock)
    if found is None:
        raise RowError("a time is not written as minutes:seconds", "write it like 07:30")
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return float((hours * 60 + minutes) * 60 + seconds)


TABLE: Final = Table(json_items(), _parse, "item")
