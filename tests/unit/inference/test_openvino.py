"""The OpenVINO backend's decisions; the package itself is not needed."""

import threading
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from emotionstream.inference.backends.openvino import OpenVinoBackend, compile_options, wrap
from emotionstream.inference.tensors import Inputs
from emotionstream.schemas.errors import DeviceError, DeviceOutOfMemoryError
from emotionstream.schemas.settings.engine import EngineSettings


def test_the_options_keep_a_result_independent_of_its_batch() -> None:
    """float32 between the int8 layers and no dynamic quantisation: else probabilities follow the batch."""
    options = compile_options(EngineSettings())
    assert options["INFERENCE_PRECISION_HINT"] == "f32"
    assert options["DYNAMIC_QUANTIZATION_GROUP_SIZE"] == 0
    assert "INFERENCE_NUM_THREADS" not in options
    assert options["NUM_STREAMS"] == 2
    assert compile_options(EngineSettings(threads=3))["INFERENCE_NUM_THREADS"] == 3


@pytest.mark.parametrize("text", ["std::bad_alloc", "Failed to allocate 12 bytes", "Out of memory"])
def test_a_memory_error_is_told_from_others(text: str) -> None:
    """The worker splits a batch that does not fit."""
    assert isinstance(wrap(RuntimeError(text)), DeviceOutOfMemoryError)


def test_any_other_error_is_the_devices() -> None:
    """It is not taken for a batch that is too large."""
    found = wrap(RuntimeError("Check 'x' failed"))
    assert isinstance(found, DeviceError)
    assert not isinstance(found, DeviceOutOfMemoryError)


class Request:
    """A request that gives a call's first token as pleasure, and keeps which thread asked and how many did at once."""

    def __init__(self, seen: list[tuple[str, int]], together: threading.Barrier) -> None:
        self._seen = seen
        self._together = together
        self._token = 0

    def infer(self, inputs: Mapping[str, Any], *, share_inputs: bool) -> None:
        """Where calls are to run side by side, wait for the other one."""
        assert not share_inputs
        self._token = int(inputs["input_ids"][0, 0])
        self._seen.append((threading.current_thread().name, self._token))
        if self._token:
            self._together.wait(10)
        if self._token == 9:
            raise RuntimeError("Check 'x' failed")

    def get_tensor(self, name: str) -> Any:
        """One row of everything."""
        figures = {"emotion_logits": np.zeros((1, 41)), "pad": np.full((1, 3), self._token)}
        return type("Tensor", (), {"data": figures.get(name, np.zeros((1, 1)))})


def call(token: int) -> Inputs:
    """A call of one text that starts with ``token``."""
    ids = np.full((1, 16), token, dtype=np.int64)
    return Inputs(((ids, np.ones_like(ids)),), np.zeros((1, 6), dtype=np.float32))


def test_calls_run_side_by_side_once_the_first_of_all_is_done() -> None:
    """Two threads that are first at once would hang in the binding; after that each stream has its call, in order."""
    seen: list[tuple[str, int]] = []
    together = threading.Barrier(2)
    backend = OpenVinoBackend([Request(seen, together), Request(seen, together)], "1")
    outputs = backend.run([call(0), call(1), call(2)])
    assert [rows[0].pad[0] for rows in outputs] == [0, 1, 2]
    assert seen[0] == (threading.current_thread().name, 0)
    assert {name for name, _ in seen[1:]} == {"stream_0", "stream_1"}
    with pytest.raises(DeviceError):
        backend.run([call(9), call(3)])
    assert [rows[0].pad[0] for rows in backend.run([call(4), call(5)])] == [4, 5]
    assert backend.run([]) == []
    backend.close()


def test_the_first_calls_of_two_backends_wait_for_each_other() -> None:
    """Two engines of one process, opened at once, would hang in the binding as two threads of one do."""
    inside: list[int] = []
    entered, release = threading.Event(), threading.Event()

    class Slow(Request):
        """Stays inside until it is let go."""

        def infer(self, inputs: Mapping[str, Any], *, share_inputs: bool) -> None:
            inside.append(1)
            entered.set()
            release.wait(10)

    backends = [OpenVinoBackend([Slow([], threading.Barrier(1))], "1") for _ in range(3)]
    threads = [threading.Thread(target=backend.run, args=([call(0)],)) for backend in backends]
    for thread in threads:
        thread.start()
    assert entered.wait(10)
    time.sleep(0.3)  # Whoever could come in has.
    assert len(inside) == 1
    release.set()
    for thread in threads:
        thread.join()
    assert len(inside) == len(backends)
    for backend in backends:
        backend.close()
