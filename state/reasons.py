"""Why the policy chose as it did: reasons by occlusion (Zeiler & Fergus, 2014), one per group of features."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emotionstream.schemas.emotions import EMOTIONS
from emotionstream.schemas.events import Reason, ReasonKind
from emotionstream.schemas.settings.state import StateSettings
from emotionstream.state.features import (
    EMOTION_NAMES,
    FEATURE_INDEX,
    GROUPS,
    FeatureGroup,
    Vector,
    is_known,
    shown,
)

ExpectedRank = Callable[[npt.NDArray[np.float64]], Vector]
"""[rows, features] -> the policy's expected level of each row, [rows], as a rank."""


@dataclass(frozen=True, slots=True)
class Occlusion:
    """A policy seen through occlusion.

    ``mean`` is what a feature usually is, ``scale`` by how much it usually differs from that; both [features].
    """

    mean: Vector
    scale: Vector
    expected_rank: ExpectedRank

    def explain(self, vector: Vector, settings: StateSettings) -> tuple[Reason, ...]:
        """The evidence that raised the expected level most, the weightiest first; one to ``settings.reasons``.

        A group's weight is by how many levels the expected level falls when its features are put to their means.
        What is about as usual is no reason, whatever its weight: a tutor could not make sense of it.
        """
        groups = [group for group in GROUPS if is_known(group, vector)]
        weights = self._drops(vector, [group.names for group in groups])
        found = sorted(zip(weights.tolist(), groups, strict=True), key=lambda pair: -pair[0])
        telling = [
            (weight, group)
            for weight, group in found
            if weight >= settings.reason_min_weight and self._distance(vector, group) >= settings.reason_min_distance
        ]
        chosen = telling[: settings.reasons] or found[:1]
        return tuple(self._reason(vector, group, weight, settings.decimals) for weight, group in chosen)

    def _distance(self, vector: Vector, group: FeatureGroup) -> float:
        """How far from usual ``group`` is, in standard deviations of the feature that is shown."""
        if group.kind is ReasonKind.EMOTION:
            index = self._weightiest_emotion(vector)
            usual = self.mean[index]
        else:
            index = FEATURE_INDEX[group.shown]
            known = 1.0 if group.known is None else self.mean[FEATURE_INDEX[group.known]]
            usual = self.mean[index] / known if known else 0.0
        return float(abs(vector[index] - usual) / self.scale[index])

    def _drops(self, vector: Vector, occluded: Sequence[tuple[str, ...]]) -> Vector:
        rows = np.tile(vector, (1 + len(occluded), 1))
        for row, names in zip(rows[1:], occluded, strict=True):
            where = [FEATURE_INDEX[name] for name in names]
            row[where] = self.mean[where]
        ranks = self.expected_rank(rows)
        return np.asarray(ranks[0] - ranks[1:])

    def _reason(self, vector: Vector, group: FeatureGroup, weight: float, decimals: int) -> Reason:
        value, against, emotion = shown(group, vector), shown(group, self.mean), None
        if group.kind is ReasonKind.EMOTION:
            index = self._weightiest_emotion(vector)
            value, against, emotion = float(vector[index]), float(self.mean[index]), EMOTIONS[index]
        return Reason(
            what=group.kind,
            value=round(value, decimals),
            against=round(against, decimals),
            weight=round(weight, decimals),
            emotion=emotion,
        )

    def _weightiest_emotion(self, vector: Vector) -> int:
        """Index of the emotion that raises the expected level most, of those that are stronger than usual."""
        first = slice(0, len(EMOTIONS))
        drops = self._drops(vector, [(name,) for name in EMOTION_NAMES])
        return int(np.argmax(np.where(vector[first] > self.mean[first], drops, -np.inf)))
