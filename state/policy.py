"""InterventionNet in numpy: a feature vector -> the probability of each level -> a level."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from emotionstream.schemas.affect import LEVELS
from emotionstream.schemas.errors import CheckpointError
from emotionstream.schemas.events import Reason
from emotionstream.schemas.settings.state import StateSettings
from emotionstream.state.decision import Decision
from emotionstream.state.features import FEATURE_NAMES, Vector
from emotionstream.state.reasons import Occlusion

FORMAT: Final = "2"
"""2: with `association`."""
Matrix = npt.NDArray[np.float64]
ACTIVATIONS: Final[dict[str, Callable[[Matrix], Matrix]]] = {
    "relu": lambda x: np.maximum(x, 0),
    "tanh": np.tanh,
    "silu": lambda x: x / (1 + np.exp(-x)),
}
"""By the name that a policy's file carries."""


@dataclass(frozen=True)
class InterventionPolicy:
    """A trained InterventionNet: standardise, layers with an activation between, softmax, least expected cost.

    ``weights``: [out, in] per layer; ``biases``: [out]; ``mean``, ``scale``: [features]; ``association``: [features],
    correlation with the tutor's level, in [-1, 1]; ``cost``: [6, 6], what it costs to give level j (column) where
    level i (row) is right. ``memory_settings``: the settings it was trained under.
    """

    version: str
    weights: tuple[Matrix, ...]
    biases: tuple[Vector, ...]
    mean: Vector
    scale: Vector
    association: Vector
    temperature: float
    cost: Matrix
    activation: str
    decimals: int
    memory_settings: dict[str, Any]

    def probabilities(self, vectors: Matrix) -> Matrix:
        """Probability of each level, [..., 6], for vectors [..., features]."""
        activate = ACTIVATIONS[self.activation]
        hidden = (vectors - self.mean) / self.scale
        last = len(self.weights) - 1
        for number, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            hidden = hidden @ weight.T + bias
            hidden = hidden if number == last else activate(hidden)
        logits = hidden / self.temperature
        raised = np.exp(logits - np.maximum.reduce(logits, axis=-1, keepdims=True))
        return np.asarray(raised / np.add.reduce(raised, axis=-1, keepdims=True))

    def expected_rank(self, vectors: Matrix) -> Vector:
        """The mean of the levels' ranks under their probabilities, [...], in [0, 5]."""
        return np.asarray(self.probabilities(vectors) @ np.arange(len(LEVELS), dtype=np.float64))

    def decide(self, vector: Vector) -> Decision:
        """The level of least expected cost (Elkan, 2001), the lower of two that cost the same.

        It is taken from the probabilities as they are reported, so that the two always agree.
        """
        probabilities = self.probabilities(vector).round(self.decimals)
        level = LEVELS[int((probabilities @ self.cost).argmin())]
        return Decision(level, tuple(probabilities.tolist()), self.version)

    def reasons(self, vector: Vector, settings: StateSettings) -> tuple[Reason, ...]:
        """Which evidence raised the expected level, and by how much (``reasons.Occlusion``)."""
        return Occlusion(self.mean, self.scale, self.association, self.expected_rank).explain(vector, settings)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read ``policy.safetensors``.

        Raises:
            CheckpointError: it is missing, damaged, of another format or made for other features.
        """
        try:
            with safe_open(str(path), framework="numpy") as file:
                metadata = file.metadata() or {}
                names = file.keys()
                tensors = {name: np.asarray(file.get_tensor(name), dtype=np.float64) for name in names}
            _check_layout(path, metadata)
            return cls(**_fields(metadata, tensors))
        except (OSError, SafetensorError, KeyError, ValueError, TypeError) as error:
            raise CheckpointError(f"no policy can be read from {path}: {error}. Take the checkpoint anew") from error

    def save(self, path: Path) -> None:
        """Write ``policy.safetensors``: float32 tensors, everything else as metadata."""
        tensors = {
            "mean": self.mean,
            "scale": self.scale,
            "association": self.association,
            "decision.cost": self.cost,
        }
        for number, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            tensors |= {f"layers.{number}.weight": weight, f"layers.{number}.bias": bias}
        metadata = {
            "format": FORMAT,
            "version": self.version,
            "features": json.dumps(FEATURE_NAMES),
            "levels": json.dumps(LEVELS),
            "temperature": repr(self.temperature),
            "activation": self.activation,
            "decimals": str(self.decimals),
            "memory_settings": json.dumps(self.memory_settings),
        }
        save_file({name: np.ascontiguousarray(t, dtype=np.float32) for name, t in tensors.items()}, path, metadata)


def _check_layout(path: Path, metadata: Mapping[str, str]) -> None:
    if metadata.get("format") != FORMAT:
        raise CheckpointError(f"{path} has policy format {metadata.get('format')!r}, this version reads {FORMAT!r}")
    expected = {"features": list(FEATURE_NAMES), "levels": list(LEVELS)}
    for name, value in expected.items():
        if json.loads(metadata[name]) != value:
            raise CheckpointError(f"{path} was trained for other {name} than this version's: train the policy anew")
    if metadata["activation"] not in ACTIVATIONS:
        raise CheckpointError(f"{path} names an unknown activation {metadata['activation']!r}")


def _fields(metadata: Mapping[str, str], tensors: Mapping[str, Matrix]) -> dict[str, Any]:
    layers = range(sum(name.endswith(".weight") for name in tensors))
    return {
        "version": metadata["version"],
        "weights": tuple(tensors[f"layers.{number}.weight"] for number in layers),
        "biases": tuple(tensors[f"layers.{number}.bias"] for number in layers),
        "mean": tensors["mean"],
        "scale": tensors["scale"],
        "association": tensors["association"],
        "temperature": float(metadata["temperature"]),
        "cost": tensors["decision.cost"],
        "activation": metadata["activation"],
        "decimals": int(metadata["decimals"]),
        "memory_settings": json.loads(metadata["memory_settings"]),
    }
