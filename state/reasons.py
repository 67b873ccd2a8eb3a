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

    ``mean`` is what a feature is on average, ``scale`` by how much it differs from that, ``association`` how it went
    with the level that tutors gave (a correlation); each [features].
    """

    mean: Vector
    scale: Vector
    association: Vector
    expected_rank: ExpectedRank

    def explain(self, vector: Vector, settings: StateSettings) -> tuple[Reason, ...]:
        """The evidence that raised the expected level most, the weightiest first; at most ``settings.reasons``.

        A group's weight is by how many levels the expected level falls when its features are put to their means.
        What is about average is no reason, whatever its weight, and neither is what tutors saw where less help was
        needed, such as joy: a tutor could not make sense of it. Averages and trends need two messages. Where nothing
        stands out the weightiest of what at least points to help comes, and nothing where nothing does.
        """
        emotion = self._weightiest_emotion(vector, settings)
        known = [group for group in GROUPS if is_known(group, vector, settings)]
        toward = [(group, self._toward_help(vector, group, emotion, settings)) for group in known]
        pointing = [(group, distance) for group, distance in toward if distance > 0]
        weights = self._drops(vector, [group.names for group, _ in pointing]).tolist()
        found = sorted(zip(weights, pointing, strict=True), key=lambda pair: -pair[0])
        telling = [
            (weight, (group, distance))
            for weight, (group, distance) in found
            if weight >= settings.reason_min_weight and distance >= settings.reason_min_distance
        ]
        chosen = telling[: settings.reasons] or found[:1]
        return tuple(self._reason(vector, group, emotion, weight, settings) for weight, (group, _) in chosen)

    def _toward_help(self, vector: Vector, group: FeatureGroup, emotion: int | None, settings: StateSettings) -> float:
        """How far what is shown of ``group`` is from average on the side where tutors helped more; else 0 or less."""
        if group.kind is ReasonKind.EMOTION:
            return 0.0 if emotion is None else self._distance(vector, emotion, None)
        index = FEATURE_INDEX[group.shown]
        if abs(self.association[index]) < settings.reason_min_association:
            return 0.0
        return self._distance(vector, index, group.known) * float(np.sign(self.association[index]))

    def _distance(self, vector: Vector, index: int, known: str | None) -> float:
        """How far feature ``index`` is above its average, in standard deviations; below 0: under it."""
        share = 1.0 if known is None else self.mean[FEATURE_INDEX[known]]
        average = self.mean[index] / share if share else 0.0
        return float((vector[index] - average) / self.scale[index])

    def _drops(self, vector: Vector, occluded: Sequence[tuple[str, ...]]) -> Vector:
        rows = np.tile(vector, (1 + len(occluded), 1))
        for row, names in zip(rows[1:], occluded, strict=True):
            where = [FEATURE_INDEX[name] for name in names]
            row[where] = self.mean[where]
        ranks = self.expected_rank(rows)
        return np.asarray(ranks[0] - ranks[1:])

    def _reason(
        self, vector: Vector, group: FeatureGroup, emotion: int | None, weight: float, settings: StateSettings
    ) -> Reason:
        value, against, name = shown(group, vector), shown(group, self.mean), None
        if group.kind is ReasonKind.EMOTION and emotion is not None:
            value, against, name = float(vector[emotion]), float(self.mean[emotion]), EMOTIONS[emotion]
        return Reason(
            what=group.kind,
            value=round(value, settings.decimals),
            against=round(against, settings.decimals),
            weight=round(weight, settings.decimals),
            emotion=name,
        )

    def _weightiest_emotion(self, vector: Vector, settings: StateSettings) -> int | None:
        """Index of the emotion that raises the expected level most, of those that can be a reason; None: none can."""
        first = slice(0, len(EMOTIONS))
        able = (
            (vector[first] > self.mean[first])
            & (vector[first] >= settings.reason_min_emotion)
            & (self.association[first] > 0)
            & (self.association[first] >= settings.reason_min_association)
        )
        if not able.any():
            return None
        drops = self._drops(vector, [(name,) for name in EMOTION_NAMES])
        return int(np.argmax(np.where(able, drops, -np.inf)))
