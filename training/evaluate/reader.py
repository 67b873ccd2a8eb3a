"""A checkpoint on one of its backends, read as the stream reads it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor

from emotionstream.inference.calibration import Calibration
from emotionstream.inference.encoder import TextEncoder
from emotionstream.inference.model.config import ModelConfig
from emotionstream.inference.outputs import Output, score_of
from emotionstream.inference.scoring import Encoded, Score, ScoreRequest
from emotionstream.schemas.checkpoint import CALIBRATION, GRAPH
from emotionstream.schemas.errors import CheckpointError
from emotionstream.schemas.settings.engine import BackendName, EngineSettings
from emotionstream.training.figures import softmax
from emotionstream.training.scoring import OUTPUT_NAMES, Outputs, Predict

_STEP: Final = 16
"""Tokens; a batch is padded to a multiple of it, which keeps vector kernels exact whatever the padding."""


@dataclass(frozen=True, slots=True)
class Readings:
    """What a checkpoint says of a list of texts, in their order: raw outputs, and the scores of the stream."""

    outputs: Outputs
    encoded: tuple[Encoded, ...]

    def scores(self, calibration: Calibration, decimals: int) -> list[Score]:
        """The stream's scores, rounded as it rounds them."""
        out = self.outputs
        columns = (out.emotion_logits, out.pad, out.readiness_score, out.readiness_logits)
        rows = zip(*(column.tolist() for column in columns), strict=True)
        return [score_of(e, Output(*row), calibration, decimals) for e, row in zip(self.encoded, rows, strict=True)]


@dataclass(frozen=True, slots=True)
class Reader:
    """An opened checkpoint. Texts are cut and tokenised as in the stream; its two outputs more are for measuring."""

    folder: Path
    config: ModelConfig
    calibration: Calibration
    backend: BackendName
    _predict: Predict
    _encoder: TextEncoder
    _batch: int

    @classmethod
    def open(cls, folder: Path, backend: BackendName, batch: int) -> "Reader":
        """Load the checkpoint in ``folder``; ``auto`` takes its CPU graph where it has one.

        Raises:
            CheckpointError: it is missing, incomplete or damaged.
        """
        config = ModelConfig.read(folder)
        graph = (folder / GRAPH).is_file()
        chosen = backend
        if backend is BackendName.AUTO:
            chosen = BackendName.OPENVINO if graph else BackendName.TORCH
        if chosen is BackendName.OPENVINO and not graph:
            raise CheckpointError(f"no CPU graph at {folder / GRAPH}: use --backend torch")
        encoder = TextEncoder.load(folder, config, EngineSettings.load())
        return cls(folder, config, Calibration.read(folder), chosen, _load(folder, config, chosen), encoder, batch)

    def read(self, requests: Sequence[ScoreRequest]) -> Readings:
        """What the model says of ``requests``, in their order; batches are of like length."""
        encoded = self._encoder.encode(requests)
        order = sorted(range(len(encoded)), key=lambda i: encoded[i].length)
        parts = [
            self._predict(*self._tensors([encoded[i] for i in order[start : start + self._batch]]))
            for start in range(0, len(order), self._batch)
        ]
        back = np.argsort(order)
        columns = [np.concatenate([part[k] for part in parts])[back] for k in range(len(OUTPUT_NAMES))]
        return Readings(Outputs(*columns), tuple(encoded))

    def probabilities(self, texts: Sequence[str]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        """Calibrated probabilities [texts, 41] of texts of which nothing else is known."""
        return softmax(
            self.read([ScoreRequest(text) for text in texts]).outputs.emotion_logits, self.calibration.temperature
        )

    def _tensors(self, rows: Sequence[Encoded]) -> tuple[list[tuple[Tensor, Tensor]], Tensor]:
        pads = [encoder.pad_token for encoder in self.config.encoders]
        tokens = [_padded([row.tokens[k] for row in rows], pad) for k, pad in enumerate(pads)]
        return tokens, torch.tensor([row.context for row in rows], dtype=torch.float32)


def stored_calibration(folder: Path) -> dict[str, object]:
    """Everything in ``calibration.json``.

    Raises:
        CheckpointError: it cannot be read.
    """
    try:
        found: dict[str, object] = json.loads((folder / CALIBRATION).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{folder / CALIBRATION} cannot be read: {error}") from error
    return found


def _load(folder: Path, config: ModelConfig, backend: BackendName) -> Predict:
    if backend is BackendName.OPENVINO:
        from emotionstream.training.graph import graph_predict  # noqa: PLC0415  # only one backend is needed

        try:
            return graph_predict(folder / GRAPH, len(config.encoders))
        except RuntimeError as error:
            raise CheckpointError(f"{folder / GRAPH} cannot be compiled: {error}") from error
    from emotionstream.inference.model.storage import load_model  # noqa: PLC0415  # as above
    from emotionstream.training.scoring import torch_predict  # noqa: PLC0415  # as above

    return torch_predict(load_model(folder))


def _padded(rows: Sequence[Sequence[int]], pad: int) -> tuple[Tensor, Tensor]:
    width = -(-max(map(len, rows)) // _STEP) * _STEP
    ids = torch.full((len(rows), width), pad, dtype=torch.int64)
    mask = torch.zeros((len(rows), width), dtype=torch.int64)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = torch.tensor(row, dtype=torch.int64)
        mask[i, : len(row)] = 1
    return ids, mask
