"""The model on its device, as the engine's device thread sees it."""

from collections.abc import Sequence
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import Final

from emotionstream.inference.backends.backend import Backend
from emotionstream.inference.backends.choice import open_backend
from emotionstream.inference.batching import Call, Shapes, plan_calls, spread, window_steps
from emotionstream.inference.calibration import Calibration
from emotionstream.inference.model.config import ModelConfig
from emotionstream.inference.outputs import Output, score_of
from emotionstream.inference.scoring import Encoded, Score
from emotionstream.inference.tensors import stack
from emotionstream.schemas.events import ModelInfo
from emotionstream.schemas.settings.engine import DIGEST_CHARS, EngineSettings

_NO_CONTEXT: Final = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


class Device:
    """A loaded model with its calibration and the shapes it is called in. Used by one thread only."""

    def __init__(
        self, backend: Backend, config: ModelConfig, calibration: Calibration, settings: EngineSettings
    ) -> None:
        self._backend = backend
        self._pad_tokens = tuple(encoder.pad_token for encoder in config.encoders)
        self._calibration = calibration
        self._decimals = settings.decimals
        self.shapes = shapes_of(config, settings, on_gpu=backend.on_gpu)
        fingerprint = f"{backend.fingerprint}#{digest(self.shapes.lengths, settings)}"
        self.info = ModelInfo(name=config.name, version=config.version, engine=fingerprint)

    @classmethod
    def load(cls, checkpoint: Path, config: ModelConfig, settings: EngineSettings) -> "Device":
        """Load ``checkpoint`` and run every shape once, so that no message waits for that.

        Raises:
            SettingsError, CheckpointError, MissingExtraError, DeviceError: as the backends do.
        """
        calibration = Calibration.read(checkpoint)
        device = cls(open_backend(checkpoint, input_names(config), settings), config, calibration, settings)
        if settings.prewarm:
            device.warm()
        return device

    def infer(self, batch: Sequence[Encoded]) -> list[Score]:
        """Scores in input order.

        Raises:
            DeviceOutOfMemoryError, DeviceError: as the backend does.
        """
        calls = plan_calls([encoded.length for encoded in batch], self.shapes)
        calls = spread(calls, self._backend.streams, self.shapes)
        outputs: dict[int, Output] = {}
        for call, rows in zip(calls, self._run(batch, calls), strict=True):
            outputs.update(zip(call.indices, rows, strict=False))
        return [
            score_of(encoded, outputs[index], self._calibration, self._decimals) for index, encoded in enumerate(batch)
        ]

    def warm(self) -> None:
        """Run every shape once, on every stream at the same time."""
        # A backend's first call of all may have to be alone.
        self._run([_blank(self._pad_tokens, self.shapes.lengths[0])], [Call((0,), 1, self.shapes.lengths[0])])
        shapes = list(product(self.shapes.lengths, self.shapes.rows))
        # A GPU keeps the memory of its largest call, and the smaller ones then find room in it.
        for length, rows in reversed(shapes) if self._backend.on_gpu else shapes:
            self._run([_blank(self._pad_tokens, length)], [Call((0,), rows, length)] * self._backend.streams)

    def close(self) -> None:
        """Give back the device's memory."""
        self._backend.close()

    def _run(self, batch: Sequence[Encoded], calls: Sequence[Call]) -> list[list[Output]]:
        return self._backend.run([stack(batch, call, self._pad_tokens) for call in calls])


def _blank(pad_tokens: Sequence[int], length: int) -> Encoded:
    return Encoded(tuple((pad,) * length for pad in pad_tokens), _NO_CONTEXT, truncated=False)


def shapes_of(config: ModelConfig, settings: EngineSettings, *, on_gpu: bool) -> Shapes:
    """The shapes that this model is called in."""
    window = max(encoder.max_tokens for encoder in config.encoders)
    lengths = window_steps(settings.length_steps, window)
    if on_gpu:
        return Shapes(lengths, settings.gpu_batch_steps, settings.gpu_spare_tokens)
    return Shapes(lengths, settings.cpu_batch_steps, settings.cpu_spare_tokens)


def input_names(config: ModelConfig) -> tuple[str, ...]:
    """Names of the graph's inputs."""
    suffixes = [""] if len(config.encoders) == 1 else [f"_{i}" for i in range(len(config.encoders))]
    return (*(f"{name}{suffix}" for suffix in suffixes for name in ("input_ids", "attention_mask")), "context")


def digest(lengths: Sequence[int], settings: EngineSettings) -> str:
    """A short word for the settings that may change a figure: padded lengths, cutting, rounding."""
    said = f"{tuple(lengths)}/{settings.head_share}/{settings.decimals}"
    return sha256(said.encode()).hexdigest()[:DIGEST_CHARS]
