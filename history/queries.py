"""SQL by name: one file per query under ``sql/``, one per migration under ``migrations/versions/``."""

from functools import cache
from pathlib import Path
from typing import Final

_HERE: Final = Path(__file__).resolve().parent
MIGRATIONS: Final = _HERE / "migrations"
"""Alembic's script folder, shipped with the package."""


@cache
def query(name: str) -> str:
    """The text of ``sql/<name>.sql``."""
    return (_HERE / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def migration(revision: str) -> str:
    """The text of the migration ``revision``."""
    return (MIGRATIONS / "versions" / f"{revision}.sql").read_text(encoding="utf-8")
