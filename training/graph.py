"""A checkpoint's graph as a function over batches. Without the model it was made of, and what that needs."""

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from emotionstream.training.scoring import OUTPUT_NAMES, Predict

# OpenVINO asks for this before it is imported: nothing phones home.
os.environ.setdefault("OPENVINO_TELEMETRY", "0")

EXACT = {"INFERENCE_PRECISION_HINT": "f32", "EXECUTION_MODE_HINT": "ACCURACY", "DYNAMIC_QUANTIZATION_GROUP_SIZE": "0"}
"""How the graph must be compiled for a result not to depend on its batch: no bf16, no run-time scales."""


def input_names(encoders: int) -> list[str]:
    """Names of the graph's inputs, in order."""
    if encoders == 1:
        return ["input_ids", "attention_mask", "context"]
    return [f"{name}_{i}" for i in range(encoders) for name in ("input_ids", "attention_mask")] + ["context"]


def graph_predict(path_or_graph: Path | Any, encoders: int = 1) -> Predict:
    """A graph as a function over batches, compiled so that a result does not depend on its batch."""
    import openvino as ov  # noqa: PLC0415  # the torch parts of training must load without it

    core = ov.Core()
    graph = core.read_model(path_or_graph) if isinstance(path_or_graph, Path) else path_or_graph
    compiled = core.compile_model(graph, "CPU", EXACT)
    names = input_names(encoders)

    def predict(tokens: list[tuple[Tensor, Tensor]], context: Tensor) -> list[NDArray[np.float64]]:
        flat = [tensor.numpy() for pair in tokens for tensor in pair]
        found = compiled(dict(zip(names, [*flat, context.numpy()], strict=True)))
        return [np.asarray(found[name], dtype=np.float64) for name in OUTPUT_NAMES]

    return predict
