"""Which interventions a subscriber wants. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

from emotionstream.schemas.affect import InterventionLevel
from emotionstream.schemas.events import Intervention


@dataclass(frozen=True, slots=True)
class Wanted:
    """A filter; what is None does not filter."""

    min_level: InterventionLevel | None = None
    levels: Collection[InterventionLevel] | None = None
    users: Collection[str] | None = None

    def wants(self, intervention: Intervention) -> bool:
        """Whether ``intervention`` passes every filter that is set."""
        return (
            (self.min_level is None or intervention.level.rank >= self.min_level.rank)
            and (self.levels is None or intervention.level in self.levels)
            and (self.users is None or intervention.user_id in self.users)
        )
