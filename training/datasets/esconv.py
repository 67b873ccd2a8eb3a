"""ESConv (Liu et al., 2021): emotional support between crowd workers. Non-commercial.

What helped and what did not: the seeker's intensity before and after, the supporter's strategies, and, in the file of
failed conversations, feedback on each answer. Its emotion words are of a whole conversation, so no text is labelled.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from emotionstream.schemas.events import Role
from emotionstream.training.datasets.catalogue import ESCONV
from emotionstream.training.datasets.dialogue import Turn
from emotionstream.training.datasets.places import locate
from emotionstream.training.datasets.table import RowError, Table, json_items, json_lines, number

FAILED: Final = "FailedESConv.json"
_ROLES: Final = {"usr": Role.LEARNER, "sys": Role.TUTOR, "speaker": Role.LEARNER, "listener": Role.TUTOR}


@dataclass(frozen=True, slots=True)
class Support:
    """A conversation. ``before`` and ``after`` are the seeker's intensity of 1 to 5, None where not given.

    A supporter's turn has its strategy as its move; a seeker's, in failed conversations, the feedback as a number.
    """

    emotion: str
    problem: str
    situation: str
    turns: tuple[Turn, ...]
    before: float | None
    after: float | None
    failed: bool


def read_esconv(folder: Path, split: str) -> list[Support]:
    """The ``train`` or ``valid`` split, or the ``failed`` conversations, in file order.

    Raises:
        DataError: the file is missing or a conversation lacks a field.
    """
    file = FAILED if split == "failed" else f"{split}.json"
    return table(file).read(locate(folder, ESCONV, file))


def table(file: str) -> Table[dict[str, Any], Support]:
    """How ``file`` is read: the failed ones are a JSON array, the others one JSON object a line."""
    if file == FAILED:
        return Table(json_items(), lambda row: _parse(row, failed=True), "item")
    return Table(json_lines, lambda row: _parse(row, failed=False))


def _parse(row: dict[str, Any], *, failed: bool) -> Support:
    try:
        seeker = row["survey_score"]["seeker"]
        return Support(
            emotion=str(row["emotion_type"]),
            problem=str(row["problem_type"]),
            situation=str(row["situation"]).strip(),
            turns=tuple(_turn(turn) for turn in row["dialog"]),
            before=_intensity(seeker.get("initial_emotion_intensity")),
            after=_intensity(seeker.get("final_emotion_intensity")),
            failed=failed,
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise RowError(f"the conversation lacks a field or has a wrong one ({error})", "take it out") from error


def _turn(row: dict[str, Any]) -> Turn:
    notes = row.get("annotation", row)
    moves = [str(notes[name]) for name in ("strategy", "feedback") if notes.get(name) is not None]
    return Turn(_ROLES[row["speaker"]], str(row.get("text", row.get("content"))).strip(), moves=tuple(moves))


def _intensity(value: object) -> float | None:
    return None if value is None else number(value, 1, 5, "intensity")
