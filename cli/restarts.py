"""When a part that ended is started again. Pure."""

from dataclasses import dataclass
from typing import Final

from emotionstream.schemas.errors import CheckpointError, MissingExtraError, SettingsError, TopicMismatchError
from emotionstream.schemas.settings.supervisor import SupervisorSettings

HOPELESS: Final = {
    kind.exit_code: kind for kind in (SettingsError, TopicMismatchError, CheckpointError, MissingExtraError)
}
"""Exit codes, and their errors, of a part that ends the same way however often it is started: a person has to act."""


@dataclass(frozen=True, slots=True)
class Restart:
    """Start again after ``delay`` seconds; ``ends`` is how often in a row the part ended soon after its start."""

    delay: float
    ends: int


def after_end(status: int, ran_seconds: float, last: Restart | None, settings: SupervisorSettings) -> Restart | None:
    """What follows an end with exit ``status`` (negative: a signal); None: it is hopeless."""
    if status in HOPELESS:
        return None
    if last is None or ran_seconds >= settings.steady_seconds:
        return Restart(min(settings.first_delay_seconds, settings.most_delay_seconds), 1)
    grown = max(last.delay, settings.first_delay_seconds) * settings.delay_growth
    return Restart(min(grown, settings.most_delay_seconds), last.ends + 1)
