"""Options with a fixed set of answers, and what is told where another is given."""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

import typer

Answer = TypeVar("Answer", bound=StrEnum)


def answers(kind: type[StrEnum]) -> str:
    """What may be given, as a usage line shows it."""
    return f"[{'|'.join(kind)}]"


def one_of(kind: type[Answer]) -> Callable[[str], Answer]:
    """A parser for an option whose answers are the values of ``kind``, in any case."""

    def parse(value: str) -> Answer:
        try:
            return kind(value.lower())
        except ValueError:
            raise typer.BadParameter(f"{value!r} is none of the answers: give {_listed(list(kind))}") from None

    return parse


def _listed(values: list[Answer]) -> str:
    *first, last = values
    return f"{', '.join(first)} or {last}"
