"""When an answer is too unsure to be relied on: the threshold that a checkpoint was given, or the setting's."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from emotionstream.schemas.checkpoint import CALIBRATION
from emotionstream.schemas.errors import CheckpointError
from emotionstream.schemas.settings.abstention import AbstentionSettings

KEY: Final = "abstention"
"""Its key in ``calibration.json``."""


@dataclass(frozen=True, slots=True)
class AbstentionRule:
    """An answer with a confidence below ``threshold`` is uncertain; None: there is no rule, and nothing is."""

    threshold: float | None

    @classmethod
    def read(cls, checkpoint: Path, settings: AbstentionSettings) -> "AbstentionRule":
        """The setting's threshold, else the one stored in ``checkpoint``, else no rule.

        Raises:
            CheckpointError: the file is missing or no JSON object, or its threshold is no number in [0, 1].
        """
        if settings.threshold is not None:
            return cls(settings.threshold)
        path = checkpoint / CALIBRATION
        try:
            stored = json.loads(path.read_text(encoding="utf-8")).get(KEY)
            threshold = None if stored is None else float(stored["threshold"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise CheckpointError(f"{path} cannot be read as a calibration: {error}") from error
        if threshold is not None and not (math.isfinite(threshold) and 0 <= threshold <= 1):
            raise CheckpointError(f"{path}: the threshold of {KEY} must be a number in [0, 1]")
        return cls(threshold)

    def uncertain(self, confidence: float) -> bool | None:
        """Whether an answer is too unsure; None where there is no rule."""
        return None if self.threshold is None else confidence < self.threshold
