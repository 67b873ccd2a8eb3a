"""For whom an intervention was raised, where the history can be asked: else a slip of the pen is lost in silence."""

from importlib.util import find_spec
from typing import Final
from uuid import UUID

from emotionstream.cli.endpoints import database_settings
from emotionstream.schemas.errors import EmotionStreamError
from emotionstream.schemas.settings.history import HistorySettings

UNKNOWN: Final = ""
"""No user id: the history has no such intervention."""


async def learner_of(intervention_id: UUID) -> str | None:
    """The learner's id, or UNKNOWN; None where there is no history to ask (none is named, it is away, no rights)."""
    if database_settings().url is None or find_spec("asyncpg") is None:
        return None
    from emotionstream.history.store import open_history

    try:
        async with open_history(database_settings(), HistorySettings.load(), prepare=False) as history:
            return await history.learner_of(intervention_id) or UNKNOWN
    except EmotionStreamError:
        return None
