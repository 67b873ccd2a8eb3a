"""The int8 graph on the CPU, by OpenVINO. No torch."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from emotionstream.inference.extras import import_extra
from emotionstream.inference.hardware import processor
from emotionstream.inference.outputs import Output
from emotionstream.inference.tensors import Inputs
from emotionstream.schemas.checkpoint import GRAPH
from emotionstream.schemas.errors import CheckpointError, DeviceError, DeviceOutOfMemoryError

_DEVICE: Final = "CPU"
_OUTPUTS: Final = ("emotion_logits", "pad", "readiness_score", "readiness_logits")
_MEMORY_WORDS: Final = ("bad_alloc", "out of memory", "failed to allocate", "can't allocate")


class OpenVinoBackend:
    """A compiled graph and its one request. Shapes are prepared when first seen and kept."""

    on_gpu = False

    def __init__(self, request: Any, version: str) -> None:
        self._request = request
        self.fingerprint = f"openvino-{version}/int8+float32/cpu/{processor()}"

    @classmethod
    def load(cls, checkpoint: Path, inputs: Sequence[str], threads: int) -> "OpenVinoBackend":
        """Compile the graph of ``checkpoint``.

        Args:
            checkpoint: its folder.
            inputs: names that the graph must take.
            threads: CPU threads; 0: one for each core.

        Raises:
            CheckpointError: there is no graph, it cannot be read, or its inputs and outputs are others.
            MissingExtraError: openvino is not installed.
        """
        openvino = import_extra("openvino")
        path = checkpoint / GRAPH
        if not path.is_file():
            raise CheckpointError(f"no CPU graph at {path}: `emotionstream train export` makes it; or use torch")
        try:
            model = openvino.Core().compile_model(str(path), _DEVICE, compile_options(threads))
        except RuntimeError as error:
            raise CheckpointError(f"{path} cannot be compiled: {error}") from error
        _check_names(path, model, inputs)
        return cls(model.create_infer_request(), openvino.get_version().partition("-")[0])

    def run(self, inputs: Inputs) -> list[Output]:
        """One call: [rows, length] tokens to an output per row."""
        try:
            self._request.infer(dict(inputs.named()), share_inputs=True)
            raw = {name: self._request.get_tensor(name).data for name in _OUTPUTS}
        except MemoryError as error:
            raise DeviceOutOfMemoryError("OpenVINO ran out of memory") from error
        except RuntimeError as error:
            raise wrap(error) from error
        columns = (raw[name].tolist() for name in _OUTPUTS)
        return [Output(*row) for row in zip(*columns, strict=True)]

    def close(self) -> None:
        """Let go of the graph."""
        self._request = None


def compile_options(threads: int) -> Mapping[str, Any]:
    """How the graph is compiled, so that a text's result is the same in every batch.

    float32 between the int8 layers: with bfloat16, rounding follows the batch's shape (probabilities moved by up to
    0.98 on a processor with AMX). Without dynamic quantisation: its scales are a whole batch's. Threads are not
    pinned to cores: the other parts of the chain need them too.
    """
    options: dict[str, Any] = {
        "INFERENCE_PRECISION_HINT": "f32",
        "DYNAMIC_QUANTIZATION_GROUP_SIZE": 0,
        "PERFORMANCE_HINT": "LATENCY",
        "NUM_STREAMS": 1,
        "ENABLE_CPU_PINNING": False,
    }
    return options | ({"INFERENCE_NUM_THREADS": threads} if threads else {})


def wrap(error: RuntimeError) -> DeviceError:
    """OpenVINO's error in our words."""
    text = str(error)
    if any(word in text.lower() for word in _MEMORY_WORDS):
        return DeviceOutOfMemoryError(f"OpenVINO ran out of memory: {text}")
    return DeviceError(f"OpenVINO failed: {text}")


def _check_names(path: Path, model: Any, inputs: Sequence[str]) -> None:
    takes = {name for port in model.inputs for name in port.get_names()}
    gives = {name for port in model.outputs for name in port.get_names()}
    missing = sorted(set(inputs) - takes) + sorted(set(_OUTPUTS) - gives)
    if missing:
        raise CheckpointError(f"{path} has no {', '.join(missing)}: it was exported by another version")
