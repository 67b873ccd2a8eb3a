"""A policy that now and then does something else, so that one can learn what that would have done."""

from dataclasses import dataclass
from hashlib import blake2s

from emotionstream.schemas.affect import LEVELS
from emotionstream.schemas.events import Reason
from emotionstream.schemas.settings.state import StateSettings
from emotionstream.state.decision import Decision, Policy
from emotionstream.state.features import Vector

_BYTES = 8


@dataclass(frozen=True)
class Exploring:
    """``policy``, but for a share ``uniform`` of decisions that are drawn evenly from all levels.

    Chance is a digest of the features and ``salt``: the same context gets the same decision again, so that a repeat
    after a crash and a replay agree. ``Decision.probabilities`` are the true propensities.
    """

    policy: Policy
    uniform: float
    salt: str

    def decide(self, vector: Vector) -> Decision:
        """The policy's level, or any."""
        wanted = self.policy.decide(vector)
        each = self.uniform / len(LEVELS)
        probabilities = tuple(each + (1 - self.uniform) * (level is wanted.level) for level in LEVELS)
        left = self._chance(vector)
        for level, probability in zip(LEVELS, probabilities, strict=True):
            left -= probability
            if left < 0:
                return Decision(level, probabilities, f"{wanted.policy_version}+exploring")
        return Decision(wanted.level, probabilities, f"{wanted.policy_version}+exploring")

    def reasons(self, vector: Vector, settings: StateSettings) -> tuple[Reason, ...]:
        """The policy's."""
        return self.policy.reasons(vector, settings)

    def _chance(self, vector: Vector) -> float:
        digest = blake2s(vector.tobytes(), digest_size=_BYTES, key=self.salt.encode()).digest()
        return int.from_bytes(digest, "big") / float(1 << _BYTES * 8)
