"""What a policy decides, and what `advance` needs of a policy."""

from dataclasses import dataclass
from typing import Protocol

from emotionstream.schemas.affect import InterventionLevel
from emotionstream.schemas.events import Reason
from emotionstream.schemas.settings.state import StateSettings
from emotionstream.state.features import Vector


@dataclass(frozen=True, slots=True)
class Decision:
    """What a policy says: the level it chose, its probability of each level, [6], in their order, and its version."""

    level: InterventionLevel
    probabilities: tuple[float, ...]
    policy_version: str


class Policy(Protocol):
    """What `advance` needs of a policy; `policy.InterventionPolicy` is one."""

    def decide(self, vector: Vector) -> Decision:
        """The level for a feature vector."""
        ...

    def reasons(self, vector: Vector, settings: StateSettings) -> tuple[Reason, ...]:
        """Why that level is as high as it is, the weightiest first."""
        ...
