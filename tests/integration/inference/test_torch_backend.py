"""The torch backend itself: figures, precision, and the errors of a device."""

import weakref
from collections.abc import Sequence
from pathlib import Path

import pytest

pytest.importorskip("torch")

import torch
from torch_engines import TORCH_CPU, inputs

from emotionstream.inference.backends.torch import TorchBackend, resolve_precision, wrap
from emotionstream.inference.model.storage import load_model
from emotionstream.schemas.errors import DeviceError, DeviceOutOfMemoryError
from emotionstream.schemas.settings.engine import DeviceName, Precision


async def test_the_figures_are_the_models_own(checkpoint: Path) -> None:
    """Bringing the figures of all calls back together changes no bit and mixes no rows."""
    backend = TorchBackend.load(checkpoint, DeviceName.CPU, TORCH_CPU)
    calls = [inputs(rows, length, first) for rows, length, first in ((2, 16, 100), (1, 32, 200), (2, 16, 300))]
    model = load_model(checkpoint)
    for call, rows in zip(calls, backend.run(calls), strict=True):
        with torch.inference_mode():
            reading = model(
                [tuple(map(torch.from_numpy, pair)) for pair in call.tokens], torch.from_numpy(call.context)
            )
        assert [row.emotion_logits for row in rows] == reading.emotion_logits.tolist()
        assert [row.pad for row in rows] == reading.pad.tolist()
        assert [row.readiness_score for row in rows] == reading.readiness_score.tolist()
        assert [row.readiness_logits for row in rows] == reading.readiness_logits.tolist()
    assert backend.run([]) == []


async def test_graphs_are_for_cuda_alone(checkpoint: Path) -> None:
    """On a CPU the setting changes nothing, the fingerprint included."""
    backend = TorchBackend.load(checkpoint, DeviceName.CPU, TORCH_CPU.model_copy(update={"graphs": True}))
    assert backend.fingerprint.startswith(f"torch-{torch.__version__}/float32/cpu/")


def test_out_of_memory_lets_go_of_the_calls_tensors() -> None:
    """Whoever holds the error while a smaller batch is tried does not hold the larger one's memory."""
    kept: list[weakref.ref[torch.Tensor]] = []

    def forward(tensors: Sequence[torch.Tensor]) -> torch.Tensor:
        large = torch.zeros(1_000)
        kept.append(weakref.ref(large))
        raise torch.OutOfMemoryError("CUDA out of memory")

    backend = TorchBackend(forward, DeviceName.CPU, Precision.FLOAT32, "")
    with pytest.raises(DeviceOutOfMemoryError) as caught:
        backend.run([inputs(1, 16, 100)])
    assert [tensor() for tensor in kept] == [None]
    assert isinstance(caught.value.__cause__, torch.OutOfMemoryError)


def test_a_closed_backend_says_so() -> None:
    """No call reaches a model that is gone."""
    backend = TorchBackend(lambda tensors: tensors[0], DeviceName.CPU, Precision.FLOAT32, "")
    backend.close()
    with pytest.raises(DeviceError, match="closed"):
        backend.run([inputs(1, 16, 100)])


@pytest.mark.parametrize(
    ("asked", "device", "bfloat16", "given"),
    [
        (Precision.AUTO, DeviceName.CPU, True, Precision.FLOAT32),
        (Precision.AUTO, DeviceName.CUDA, True, Precision.BFLOAT16),
        (Precision.AUTO, DeviceName.CUDA, False, Precision.FLOAT16),
        (Precision.AUTO, DeviceName.MPS, False, Precision.FLOAT16),
        (Precision.FLOAT32, DeviceName.CUDA, True, Precision.FLOAT32),
    ],
)
def test_precision_follows_the_device(asked: Precision, device: DeviceName, bfloat16: bool, given: Precision) -> None:
    """bfloat16 where the GPU has it, float16 where not, float32 on a CPU, and what is asked for wins."""
    assert resolve_precision(asked, device, bfloat16=bfloat16) is given


def test_memory_errors_are_told_from_others() -> None:
    """The worker splits a batch on the one and pauses on the other."""
    assert isinstance(wrap(torch.OutOfMemoryError("CUDA out of memory. Tried ...")), DeviceOutOfMemoryError)
    assert isinstance(wrap(RuntimeError("MPS backend out of memory")), DeviceOutOfMemoryError)
    blas = "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"
    assert isinstance(wrap(RuntimeError(blas)), DeviceOutOfMemoryError)
    other = wrap(RuntimeError("CUDA error: device-side assert triggered"))
    assert isinstance(other, DeviceError)
    assert not isinstance(other, DeviceOutOfMemoryError)


async def test_a_real_allocation_failure_becomes_our_error() -> None:
    """What torch raises when memory cannot be had is recognised."""
    with pytest.raises(RuntimeError) as caught:
        torch.empty(1 << 60, dtype=torch.int8)
    assert isinstance(wrap(caught.value), DeviceOutOfMemoryError)
