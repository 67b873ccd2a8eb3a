"""Which backend and device are used."""

import pytest

from emotionstream.inference.backends.choice import Choice, Found, choose
from emotionstream.schemas.errors import MissingExtraError, SettingsError
from emotionstream.schemas.settings.engine import BackendName, DeviceName

AUTO, OPENVINO, TORCH = BackendName.AUTO, BackendName.OPENVINO, BackendName.TORCH
ANY, CPU, CUDA, MPS = DeviceName.AUTO, DeviceName.CPU, DeviceName.CUDA, DeviceName.MPS


def found(*, torch: bool = True, openvino: bool = True, gpu: DeviceName | None = None, graph: bool = True) -> Found:
    """A machine with both backends and no GPU, unless said otherwise."""
    return Found(torch, openvino, gpu, graph)


@pytest.mark.parametrize(
    ("backend", "device", "machine", "choice"),
    [
        (AUTO, ANY, found(), Choice(OPENVINO, CPU)),
        (AUTO, ANY, found(torch=False), Choice(OPENVINO, CPU)),
        (AUTO, ANY, found(gpu=CUDA), Choice(TORCH, CUDA)),
        (AUTO, ANY, found(gpu=MPS), Choice(TORCH, MPS)),
        (AUTO, ANY, found(gpu=CUDA, torch=False), Choice(OPENVINO, CPU)),
        (AUTO, CPU, found(gpu=CUDA), Choice(OPENVINO, CPU)),
        (AUTO, CUDA, found(), Choice(TORCH, CUDA)),
        (AUTO, ANY, found(openvino=False), Choice(TORCH, CPU)),
        (AUTO, ANY, found(graph=False), Choice(TORCH, CPU)),
        (AUTO, ANY, found(graph=False, torch=False), Choice(OPENVINO, CPU)),
        (TORCH, ANY, found(), Choice(TORCH, CPU)),
        (TORCH, ANY, found(gpu=CUDA), Choice(TORCH, CUDA)),
        (OPENVINO, ANY, found(gpu=CUDA), Choice(OPENVINO, CPU)),
    ],
)
def test_the_choice(backend: BackendName, device: DeviceName, machine: Found, choice: Choice) -> None:
    """torch on a GPU where there is one, else openvino on the CPU, and what is asked for wins."""
    assert choose(backend, device, machine) == choice


def test_openvino_on_a_gpu_is_refused() -> None:
    """The message names the variable."""
    with pytest.raises(SettingsError, match="EMOTIONSTREAM_ENGINE_DEVICE=cuda"):
        choose(OPENVINO, CUDA, found())


def test_without_a_backend_the_message_names_the_extras() -> None:
    """A person is told what to install."""
    with pytest.raises(MissingExtraError, match=r"emotionstream\[cpu\]"):
        choose(AUTO, ANY, found(torch=False, openvino=False))
