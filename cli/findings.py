"""What ``doctor`` finds: how something is, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """``note``: not there, and not needed for everything. ``problem``: a person should act."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. ``advice`` says what to do, empty where there is nothing to do."""

    subject: str
    health: Health
    found: str
    advice: str = ""


def ok(subject: str, found: str) -> Finding:
    """All is well."""
    return Finding(subject, Health.OK, found)


def note(subject: str, found: str, advice: str = "") -> Finding:
    """Not there, and not needed for everything."""
    return Finding(subject, Health.NOTE, found, advice)


def problem(subject: str, found: str, advice: str = "") -> Finding:
    """A person should act."""
    return Finding(subject, Health.PROBLEM, found, advice)
