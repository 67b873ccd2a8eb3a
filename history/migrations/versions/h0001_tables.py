"""Tables for messages, their text, results, interventions, outcomes and rejections."""

from typing import Final

from alembic import op

from emotionstream.history.queries import migration

revision: Final = "h0001_tables"
down_revision: Final = None


def upgrade() -> None:
    """Apply ``h0001_tables.sql``."""
    op.execute(migration(revision))
