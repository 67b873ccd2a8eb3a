"""What was found in a data folder."""

from dataclasses import dataclass, field
from enum import StrEnum


class State(StrEnum):
    """How a data set is. Only a problem has to be mended."""

    OK = "ok"
    ABSENT = "absent"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row, or, where ``row`` is None, with the whole file; and how to mend it."""

    row: int | None
    what: str
    mend: str


@dataclass(slots=True)
class FileReport:
    """A file: its rows, broken ones among them, beside those of the published file (None: any number will do).

    ``faults`` are the first of the ``broken``; ``notes`` need no mending. ``unit`` is what their numbers count.
    """

    path: str
    unit: str = "line"
    rows: int = 0
    expected: int | None = None
    broken: int = 0
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, fault: Fault, limit: int) -> None:
        """Count a fault, and keep it while there are no more than ``limit``."""
        self.broken += 1
        if len(self.faults) < limit:
            self.faults.append(fault)


@dataclass(slots=True)
class SetReport:
    """A data set. ``advice`` says what to do where it, or a part of it, is not there."""

    name: str
    state: State
    files: list[FileReport] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    advice: str = ""


@dataclass(slots=True)
class FolderReport:
    """A data folder: every set that there is, and folders that nothing reads."""

    folder: str
    sets: list[SetReport]
    unknown: list[str]

    @property
    def problems(self) -> int:
        """How many sets have to be mended."""
        return sum(one.state is State.PROBLEM for one in self.sets)
