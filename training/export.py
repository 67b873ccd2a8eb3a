"""The int8 graph: OpenVINO IR, statically quantised by NNCF."""

import logging
import os
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from emotionstream.inference.model.emotion_model import EmotionModel
from emotionstream.schemas.checkpoint import GRAPH
from emotionstream.training.graph import input_names
from emotionstream.training.rows import CONTEXT_WIDTH, TextEncoder
from emotionstream.training.scoring import OUTPUT_NAMES

# NNCF asks for this before it is imported: nothing phones home.
os.environ.setdefault("NNCF_TELEMETRY_DISABLED", "1")

IN_FLOAT = r".*(model\.(emotion|labels|pad|pad_emobank|readiness|fusion)[./]|\.projection/).*"
"""Operations that stay in floating point, by the name that tracing gives them."""


class FlatModel(nn.Module):
    """The model with plain tensors in and out, for tracing."""

    def __init__(self, model: EmotionModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        """(input_ids, attention_mask) of each encoder, then the context."""
        pairs = list(zip(inputs[:-1:2], inputs[1:-1:2], strict=True))
        reading = self.model(pairs, inputs[-1])
        return tuple(getattr(reading, name) for name in OUTPUT_NAMES)


def to_graph(model: EmotionModel) -> Any:
    """The model as an fp32 OpenVINO graph with batch and length left open."""
    import openvino as ov  # noqa: PLC0415  # the torch parts of training must load without it

    encoders = len(model.config.encoders)
    ids = torch.ones(2, 8, dtype=torch.int64)
    mask = torch.tensor([[1] * 8, [1] * 5 + [0] * 3])
    example = (*(tensor for _ in range(encoders) for tensor in (ids, mask)), torch.zeros(2, CONTEXT_WIDTH))
    graph = ov.convert_model(FlatModel(model.eval()), example_input=example)
    for port, name in zip(graph.inputs, input_names(encoders), strict=True):
        port.get_tensor().set_names({name})
        port.get_node().set_friendly_name(name)
        shape = [-1, CONTEXT_WIDTH] if name == "context" else [-1, -1]
        port.get_node().set_partial_shape(ov.PartialShape(shape))
        port.get_node().set_element_type(ov.Type.f32 if name == "context" else ov.Type.i64)
    graph.validate_nodes_and_infer_types()
    for output, name in zip(graph.outputs, OUTPUT_NAMES, strict=True):
        output.get_tensor().set_names({name})
    return graph


def quantised(graph: Any, encoder: TextEncoder, texts: Sequence[str]) -> Any:
    """``graph`` in int8, its ranges fixed by ``texts`` (a few hundred of the training set).

    The encoders' layers are quantised; what stands on top of them is a few per cent of the work, and a learner's
    numbers are no activations, so it stays in floating point. Ranges are the mean over texts of each text's own.
    """
    import nncf  # noqa: PLC0415  # as above
    from nncf.quantization.range_estimator import (  # noqa: PLC0415  # as above
        AggregatorType,
        RangeEstimatorParameters,
        StatisticsCollectorParameters,
        StatisticsType,
    )

    rows = [encoder.tensors(encoder.ids([text])) for text in texts]
    names = input_names(len(rows[0]))
    rng = np.random.default_rng(0)
    ranges = RangeEstimatorParameters(
        min=StatisticsCollectorParameters(StatisticsType.MIN, AggregatorType.MEAN),
        max=StatisticsCollectorParameters(StatisticsType.MAX, AggregatorType.MEAN),
    )
    # A line per operation that stays in float, and bars on standard output, which belongs to the command.
    nncf.set_log_level(logging.WARNING)
    with redirect_stdout(sys.stderr):
        return nncf.quantize(
            graph,
            nncf.Dataset([_feed(names, tokens, rng) for tokens in rows]),
            model_type=nncf.ModelType.TRANSFORMER,
            preset=nncf.QuantizationPreset.MIXED,
            subset_size=len(rows),
            ignored_scope=nncf.IgnoredScope(patterns=[IN_FLOAT], validate=False),
            advanced_parameters=nncf.AdvancedQuantizationParameters(activations_range_estimator_params=ranges),
        )


def save_graph(graph: Any, folder: Path) -> Path:
    """Write ``openvino/model.xml`` and ``.bin`` into a checkpoint's folder."""
    import openvino as ov  # noqa: PLC0415  # as above

    path = folder / GRAPH
    path.parent.mkdir(parents=True, exist_ok=True)
    ov.save_model(graph, path, compress_to_fp16=True)
    return path


def _feed(names: list[str], tokens: list[tuple[Tensor, Tensor]], rng: np.random.Generator) -> dict[str, Any]:
    flat = [tensor.numpy() for pair in tokens for tensor in pair]
    known = rng.integers(0, 2, (1, CONTEXT_WIDTH // 2)).astype(np.float32)
    values = rng.random((1, CONTEXT_WIDTH // 2), dtype=np.float32) * known
    return dict(zip(names, [*flat, np.concatenate([values, known], axis=1)], strict=True))
