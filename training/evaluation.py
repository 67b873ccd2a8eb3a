"""Dev figures of a checkpoint, on any backend."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from emotionstream.inference.model.config import ModelConfig
from emotionstream.schemas.checkpoint import CALIBRATION, GRAPH, METRICS
from emotionstream.schemas.errors import CheckpointError
from emotionstream.training.assembly import read_dev
from emotionstream.training.datasets.corpus import DEV_FILES
from emotionstream.training.datasets.example import Example
from emotionstream.training.datasets.places import EMOBANK, GOEMOTIONS
from emotionstream.training.rows import TextEncoder
from emotionstream.training.scoring import (
    Outputs,
    Predict,
    emobank_figures,
    goemotions_figures,
    learner_figures,
    score,
)

Dev = Mapping[str, Sequence[Example]]


def outputs_of(predict: Predict, encoder: TextEncoder, dev: Dev) -> dict[str, Outputs]:
    """Outputs per dev set."""
    return {name: score(predict, encoder, [example.text for example in rows]) for name, rows in dev.items()}


def evaluate(outputs: Mapping[str, Outputs], dev: Dev, temperature: float) -> dict[str, Any]:
    """Figures per dev set (those that are there)."""
    found: dict[str, Any] = {}
    for name, rows in dev.items():
        if name == GOEMOTIONS:
            found[name] = goemotions_figures(outputs[name], rows, temperature)
        elif name == EMOBANK:
            found[name] = emobank_figures(outputs[name], rows)
        elif name in DEV_FILES:
            found[name] = learner_figures(outputs[name], rows, temperature)
    return found


def evaluate_checkpoint(folder: Path, data: Path, backend: str) -> dict[str, Any]:
    """All dev figures of the checkpoint in ``folder``, and those that training stored with it (they need training).

    Raises:
        CheckpointError: the checkpoint is missing or incomplete.
        DataError: a data set is missing.
    """
    config = ModelConfig.read(folder)
    predict, encoder = open_predict(folder, backend)
    temperature = read_temperature(folder)
    dev = read_dev(data)
    metrics = folder / METRICS
    stored: dict[str, Any] = json.loads(metrics.read_text(encoding="utf-8")) if metrics.is_file() else {}
    return {
        "model": config.name,
        "version": config.version,
        "backend": backend,
        "temperature": temperature,
        "dev": evaluate(outputs_of(predict, encoder, dev), dev, temperature),
        "stored": {name: part for name, part in stored.items() if name.endswith("_cross_validated")},
    }


def read_temperature(folder: Path) -> float:
    """The temperature in ``calibration.json``.

    Raises:
        CheckpointError: it is missing.
    """
    path = folder / CALIBRATION
    try:
        return float(json.loads(path.read_text(encoding="utf-8"))["temperature"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"{path} has no temperature: {error}") from error


def open_predict(folder: Path, backend: str) -> tuple[Predict, TextEncoder]:
    """A checkpoint's backend (``torch`` or ``openvino``) and its tokenizers.

    Raises:
        CheckpointError: the checkpoint is missing or incomplete.
    """
    config = ModelConfig.read(folder)
    encoder = TextEncoder.open(config, folder)
    if backend == "openvino":
        from emotionstream.training.export import graph_predict  # noqa: PLC0415  # only one backend is needed

        return graph_predict(folder / GRAPH, len(config.encoders)), encoder
    from emotionstream.inference.model.storage import load_model  # noqa: PLC0415  # as above
    from emotionstream.training.scoring import torch_predict  # noqa: PLC0415  # as above

    return torch_predict(load_model(folder)), encoder
