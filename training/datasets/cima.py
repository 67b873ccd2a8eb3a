"""CIMA (Stasaski, Kao & Hearst, 2020): tutoring exchanges in Italian, made by crowd workers, with moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from emotionstream.schemas.events import Role
from emotionstream.training.datasets.catalogue import CIMA
from emotionstream.training.datasets.dialogue import Turn
from emotionstream.training.datasets.places import locate
from emotionstream.training.datasets.table import RowError, Table, json_items

STUDENT_MOVES: Final = ("guess", "question", "affirmation", "other")
TUTOR_MOVES: Final = ("question", "hint", "correction", "confirmation", "other")


@dataclass(frozen=True, slots=True)
class Exchange:
    """A conversation that ends with the student's turn, and what several tutors would say next.

    The last turn has the student's moves, each answer its tutor's.
    """

    turns: tuple[Turn, ...]
    answers: tuple[Turn, ...]


def read_cima(folder: Path) -> list[Exchange]:
    """All exchanges of the file's ``prepDataset`` (its other part is empty), in file order.

    Raises:
        DataError: the file is missing or an exchange lacks a field.
    """
    return TABLE.read(locate(folder, CIMA, "dataset.json"))


def _parse(row: dict[str, Any]) -> Exchange:
    try:
        said = [str(text).strip() for text in row["past_convo"]]
        # The tutor begins, and they take turns.
        roles = [Role.LEARNER if place % 2 else Role.TUTOR for place in range(len(said))]
        turns = [Turn(role, text) for role, text in zip(roles, said, strict=True)]
        moves = _moves([str(flag) == "True" for flag in row["studentActions"]], STUDENT_MOVES)
        answers = zip(row["tutorResponses"], row["tutorActions"], strict=True)
        return Exchange(
            (*turns[:-1], Turn(turns[-1].role, turns[-1].text, moves=moves)),
            tuple(Turn(Role.TUTOR, str(t).strip(), moves=_moves(m, TUTOR_MOVES)) for t, m in answers),
        )
    except (KeyError, TypeError, IndexError, ValueError) as error:
        if isinstance(error, RowError):
            raise
        raise RowError(f"the exchange lacks a field or has a wrong one ({error})", "take it out") from error


def _moves(flags: Sequence[bool], names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for flag, name in zip(flags, names, strict=True) if flag)


TABLE: Final = Table(json_items("prepDataset"), _parse, "item")
