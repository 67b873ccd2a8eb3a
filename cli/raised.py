"""Whether an answer fits an intervention, where the history can be asked: else a slip of the pen is lost in silence."""

import asyncio
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final
from uuid import UUID

from emotionstream.cli.endpoints import database_settings
from emotionstream.schemas.errors import EmotionStreamError, SettingsError
from emotionstream.schemas.settings.history import HistorySettings

_PATIENCE_SECONDS: Final = 2.0
"""An answer is not held up by a database that does not say anything."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the history said of an intervention: its learner, None where it has none; ``why_not`` it could be asked."""

    learner: str | None = None
    why_not: str = ""


def judge(asked: Asked, intervention_id: UUID, user_id: str) -> str:
    """What to note about an answer that names ``user_id``; nothing where it fits.

    Raises:
        ValueError: the intervention was raised for another learner.
    """
    if asked.why_not:
        return f"note: whether {intervention_id} was raised for {user_id!r} is not known: {asked.why_not}"
    if asked.learner is None:
        return (
            f"note: no intervention {intervention_id} is recorded yet; if none will be, nobody learns from this answer"
        )
    if asked.learner != user_id:
        raise ValueError(f"{intervention_id} was raised for another learner than {user_id!r}")
    return ""


async def ask_history(intervention_id: UUID) -> Asked | None:
    """What the history says; None where none is named, or this is an installation without its driver.

    Raises:
        SettingsError: a setting is impossible.
    """
    database, settings = database_settings(), HistorySettings.load()
    if database.url is None or find_spec("asyncpg") is None:
        return None
    from emotionstream.history.store import open_history

    brisk = settings.model_copy(update={"close_timeout_seconds": _PATIENCE_SECONDS})
    try:
        async with open_history(database, brisk, prepare=False) as history:
            # Closing has a limit of its own: one that is slow takes no answer away.
            async with asyncio.timeout(_PATIENCE_SECONDS):
                return Asked(learner=await history.learner_of(intervention_id))
    except TimeoutError:
        return Asked(why_not="PostgreSQL does not answer")
    except SettingsError:
        return Asked(why_not="PostgreSQL refuses this user, or a right")
    except EmotionStreamError as error:
        return Asked(why_not=str(error))
