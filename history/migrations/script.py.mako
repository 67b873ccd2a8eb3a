"""${message}"""

from typing import Final

from alembic import op
from emotionstream.history.queries import migration

revision: Final = "${up_revision}"
down_revision: Final = ${repr(down_revision)}


def upgrade() -> None:
    """Apply ``${up_revision}.sql``."""
    op.execute(migration(revision))
