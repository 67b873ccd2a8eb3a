"""When a decided level is raised as an intervention."""

from emotionstream.schemas.affect import InterventionLevel
from emotionstream.schemas.settings.state import MS_PER_SECOND, StateSettings
from emotionstream.state.snapshot import LastIntervention


def raises(level: InterventionLevel, last: LastIntervention | None, now_ms: int, settings: StateSettings) -> bool:
    """At or above the minimum level, and not within the cooldown unless it is higher than the last one raised."""
    if level.rank < settings.minimum_level.rank:
        return False
    if last is None or level.rank > last.rank:
        return True
    return now_ms - last.time_ms >= settings.cooldown_seconds * MS_PER_SECOND
