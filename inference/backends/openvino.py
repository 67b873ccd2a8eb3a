"""The int8 graph on the CPU, by OpenVINO. No torch."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from queue import SimpleQueue
from threading import Lock
from typing import Any, ClassVar, Final

from emotionstream.inference.extras import import_extra
from emotionstream.inference.hardware import processor
from emotionstream.inference.outputs import Output
from emotionstream.inference.tensors import Inputs
from emotionstream.schemas.checkpoint import GRAPH
from emotionstream.schemas.errors import CheckpointError, DeviceError, DeviceOutOfMemoryError
from emotionstream.schemas.settings.engine import EngineSettings

_DEVICE: Final = "CPU"
_OUTPUTS: Final = ("emotion_logits", "pad", "readiness_score", "readiness_logits")
_MEMORY_WORDS: Final = ("bad_alloc", "out of memory", "failed to allocate", "can't allocate")


class OpenVinoBackend:
    """A compiled graph and a request for each of its streams. Shapes are prepared when first seen and kept."""

    on_gpu = False
    _binding: ClassVar = Lock()

    def __init__(self, requests: Sequence[Any], version: str) -> None:
        self.streams = len(requests)
        self._free: SimpleQueue[Any] = SimpleQueue()
        for request in requests:
            self._free.put(request)
        self._bound = False
        self._threads = ThreadPoolExecutor(self.streams, thread_name_prefix="stream")
        self.fingerprint = f"openvino-{version}/int8+float32/cpu/{processor()}"

    @classmethod
    def load(cls, checkpoint: Path, inputs: Sequence[str], settings: EngineSettings) -> "OpenVinoBackend":
        """Compile the graph of ``checkpoint``.

        Args:
            checkpoint: its folder.
            inputs: names that the graph must take.
            settings: threads and streams.

        Raises:
            CheckpointError: there is no graph, it cannot be read, or its inputs and outputs are others.
            MissingExtraError: openvino is not installed.
        """
        openvino = import_extra("openvino")
        path = checkpoint / GRAPH
        if not path.is_file():
            raise CheckpointError(f"no CPU graph at {path}: `emotionstream train export` makes it; or use torch")
        try:
            model = openvino.Core().compile_model(str(path), _DEVICE, compile_options(settings))
        except RuntimeError as error:
            raise CheckpointError(f"{path} cannot be compiled: {error}") from error
        _check_names(path, model, inputs)
        # As many streams as were asked for, or as there are threads for.
        requests = [model.create_infer_request() for _ in range(model.get_property("NUM_STREAMS"))]
        return cls(requests, openvino.get_version().partition("-")[0])

    def run(self, calls: Sequence[Inputs]) -> list[list[Output]]:
        """Calls side by side, one on each stream: [rows, length] tokens to an output per row."""
        done: list[list[Output]] = []
        if calls and not self._bound:
            # The binding prepares itself for numpy at its first call: two threads that are first at once would hang,
            # of two backends in one process too.
            with self._binding:
                done = [self._run(calls[0])]
            self._bound = True
        rest = calls[len(done) :]
        if len(rest) == 1:
            return [*done, self._run(rest[0])]
        running = [self._threads.submit(self._run, inputs) for inputs in rest]
        # Nothing is left running behind an error.
        wait(running)
        # That a call did not fit is told before any other error: a smaller batch may do.
        errors = [error for call in running if (error := call.exception())]
        if errors:
            raise next((each for each in errors if isinstance(each, DeviceOutOfMemoryError)), errors[0])
        return [*done, *(call.result() for call in running)]

    def close(self) -> None:
        """Let go of the graph."""
        self._threads.shutdown()
        self._free = SimpleQueue()

    def _run(self, inputs: Inputs) -> list[Output]:
        request = self._free.get_nowait()
        try:
            # Copied: a graph keeps pointing at the memory of a call that it shared, also when that is gone.
            request.infer(dict(inputs.named()), share_inputs=False)
            columns = [request.get_tensor(name).data.tolist() for name in _OUTPUTS]
        except MemoryError as error:
            raise DeviceOutOfMemoryError("OpenVINO ran out of memory") from error
        except RuntimeError as error:
            raise wrap(error) from error
        finally:
            self._free.put(request)
        return [Output(*row) for row in zip(*columns, strict=True)]


def compile_options(settings: EngineSettings) -> Mapping[str, Any]:
    """How the graph is compiled, so that a text's result is the same in every batch.

    float32 between the int8 layers: with bfloat16, rounding follows the batch's shape (probabilities moved by up to
    0.98 on a processor with AMX). Without dynamic quantisation: its scales are a whole batch's. Threads are not
    pinned to cores: the other parts of the chain need them too. Streams do not wait for each other within a call, as
    the threads of one do: a thread that loses its core to another part holds up its own call only.
    """
    options: dict[str, Any] = {
        "INFERENCE_PRECISION_HINT": "f32",
        "DYNAMIC_QUANTIZATION_GROUP_SIZE": 0,
        "PERFORMANCE_HINT": "LATENCY",
        "NUM_STREAMS": settings.streams,
        "ENABLE_CPU_PINNING": False,
    }
    return options | ({"INFERENCE_NUM_THREADS": settings.threads} if settings.threads else {})


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
