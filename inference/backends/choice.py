"""Which backend and which device: a decision, and the act that follows it."""

from dataclasses import dataclass
from pathlib import Path

import structlog

from emotionstream.inference.backends.backend import Backend
from emotionstream.inference.extras import import_extra, installed
from emotionstream.inference.hardware import likely_gpu
from emotionstream.schemas.checkpoint import GRAPH
from emotionstream.schemas.errors import MissingExtraError, SettingsError
from emotionstream.schemas.extras import install_line
from emotionstream.schemas.settings.engine import BackendName, DeviceName, EngineSettings

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Found:
    """What this machine and the checkpoint have to offer."""

    torch: bool
    openvino: bool
    gpu: DeviceName | None
    graph: bool
    """The checkpoint has a CPU graph."""

    @classmethod
    def look(cls, checkpoint: Path) -> "Found":
        """Look at this machine and ``checkpoint``, without importing torch or openvino."""
        return cls(installed("torch"), installed("openvino"), likely_gpu(), (checkpoint / GRAPH).is_file())


@dataclass(frozen=True, slots=True)
class Choice:
    """A backend and the device it uses."""

    backend: BackendName
    device: DeviceName


def choose(backend: BackendName, device: DeviceName, found: Found) -> Choice:
    """The backend and device to use: torch on a GPU where there is one, else openvino on the CPU.

    Raises:
        SettingsError: openvino is asked for on a GPU.
        MissingExtraError: neither backend is installed.
    """
    if backend is BackendName.OPENVINO:
        if device not in (DeviceName.AUTO, DeviceName.CPU):
            raise SettingsError(
                f"EMOTIONSTREAM_ENGINE_DEVICE={device.value}: openvino runs on the CPU; "
                "unset EMOTIONSTREAM_ENGINE_BACKEND, or set it to torch"
            )
        return Choice(backend, DeviceName.CPU)
    place = _device(device, found)
    if backend is BackendName.TORCH or place is not DeviceName.CPU:
        return Choice(BackendName.TORCH, place)
    if not (found.torch or found.openvino):
        raise MissingExtraError(
            f"scoring needs openvino or torch, and neither is installed: {install_line('cpu')} (or [gpu])"
        )
    return Choice(BackendName.OPENVINO if _graph_runs(found) else BackendName.TORCH, DeviceName.CPU)


def open_backend(checkpoint: Path, inputs: tuple[str, ...], settings: EngineSettings) -> Backend:
    """Load the model of ``checkpoint`` by the backend that ``choose`` names.

    ``auto`` goes back to the CPU where the system shows a GPU that torch cannot use, and says so in the log.

    Raises:
        SettingsError, CheckpointError, MissingExtraError, DeviceError: as ``choose`` and the backends do.
    """
    found = Found.look(checkpoint)
    choice = choose(settings.backend, settings.device, found)
    if choice.backend is BackendName.TORCH and not _usable(choice.device):
        if settings.device is not DeviceName.AUTO:
            raise SettingsError(f"EMOTIONSTREAM_ENGINE_DEVICE={choice.device.value}: torch finds no such device here")
        _log.warning("gpu_not_usable", device=choice.device.value, hint="torch cannot use it: scoring on the CPU")
        choice = choose(settings.backend, DeviceName.CPU, found)
    return _load(choice, checkpoint, inputs, settings)


def _device(asked: DeviceName, found: Found) -> DeviceName:
    if asked is not DeviceName.AUTO:
        return asked
    return found.gpu if found.gpu is not None and found.torch else DeviceName.CPU


def _graph_runs(found: Found) -> bool:
    # Without torch, openvino is the only way: it then says what is missing.
    return found.openvino and (found.graph or not found.torch)


def _usable(device: DeviceName) -> bool:
    import_extra("torch")
    from emotionstream.inference.backends.torch import usable  # noqa: PLC0415 - only where torch is chosen

    return usable(device)


def _load(choice: Choice, checkpoint: Path, inputs: tuple[str, ...], settings: EngineSettings) -> Backend:
    if choice.backend is BackendName.OPENVINO:
        from emotionstream.inference.backends.openvino import OpenVinoBackend  # noqa: PLC0415 - only where chosen

        return OpenVinoBackend.load(checkpoint, inputs, settings)
    from emotionstream.inference.backends.torch import TorchBackend  # noqa: PLC0415 - only where chosen

    return TorchBackend.load(checkpoint, choice.device, settings)
