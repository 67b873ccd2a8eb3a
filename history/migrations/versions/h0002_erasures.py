"""Learners who were erased, so that what comes late is not recorded again."""

from typing import Final

from alembic import op

from emotionstream.history.queries import migration

revision: Final = "h0002_erasures"
down_revision: Final = "h0001_tables"


def upgrade() -> None:
    """Apply ``h0002_erasures.sql``."""
    op.execute(migration(revision))
