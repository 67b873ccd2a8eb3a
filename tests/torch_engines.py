"""Settings and calls for tests of the torch backend."""

import numpy as np

from emotionstream.inference.tensors import Inputs
from emotionstream.schemas.settings.engine import EXACT_DECIMALS, BackendName, DeviceName, EngineSettings

TORCH_CPU = EngineSettings(
    # One thread: two that wait for each other are slow where a machine is busy.
    backend=BackendName.TORCH,
    device=DeviceName.CPU,
    prewarm=False,
    decimals=EXACT_DECIMALS,
    threads=1,
)
OPENVINO = TORCH_CPU.model_copy(update={"backend": BackendName.OPENVINO})


def inputs(rows: int, length: int, first: int, encoders: int = 1) -> Inputs:
    """A call whose tokens count up from ``first``; its last row ends in padding."""
    ids = np.arange(first, first + rows * length, dtype=np.int64).reshape(rows, length)
    mask = np.ones_like(ids)
    mask[-1, length // 2 :] = 0
    return Inputs(((ids, mask),) * encoders, np.zeros((rows, 6), dtype=np.float32))
