"""Logits to calibrated probabilities (temperature scaling; Guo et al., 2017)."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from emotionstream.schemas.checkpoint import CALIBRATION
from emotionstream.schemas.errors import CheckpointError


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was learned on the development set: logits are divided by ``temperature`` (above 0) before softmax."""

    temperature: float

    @classmethod
    def read(cls, checkpoint: Path) -> "Calibration":
        """The calibration of ``checkpoint``.

        Raises:
            CheckpointError: the file is missing, is no JSON object, or its temperature is no positive number.
        """
        path = checkpoint / CALIBRATION
        try:
            temperature = float(json.loads(path.read_text(encoding="utf-8"))["temperature"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CheckpointError(f"{path} cannot be read as a calibration: {error}") from error
        if not (math.isfinite(temperature) and temperature > 0):
            raise CheckpointError(f"{path}: temperature must be a positive number")
        return cls(temperature)

    def probabilities(self, logits: Sequence[float]) -> list[float]:
        """Calibrated probabilities of one text's finite ``logits``; they sum to 1.

        One text at a time in plain Python: the last bit cannot depend on how a vector kernel splits a batch.
        """
        top = max(logits)
        weights = [math.exp((logit - top) / self.temperature) for logit in logits]
        total = math.fsum(weights)
        return [weight / total for weight in weights]
