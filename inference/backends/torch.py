"""The weights by torch: NVIDIA and AMD GPUs (cuda), Apple GPUs (mps), and the CPU as the reference."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from traceback import clear_frames
from typing import TYPE_CHECKING, Any, Final

from emotionstream.inference.backends.cuda_graphs import CudaGraphs, CudaRecorder, Forward
from emotionstream.inference.extras import import_extra
from emotionstream.inference.hardware import processor
from emotionstream.inference.outputs import Output, output_of
from emotionstream.inference.tensors import Inputs
from emotionstream.schemas.errors import DeviceError, DeviceOutOfMemoryError
from emotionstream.schemas.settings.engine import DeviceName, EngineSettings, Precision

if TYPE_CHECKING:
    import torch

    from emotionstream.inference.model.emotion_model import EmotionModel, Reading

# The last is what CUDA's libraries say when their workspace finds no room.
_MEMORY_WORDS: Final = ("out of memory", "can't allocate memory", "status_alloc_failed")


class TorchBackend:
    """The model on one device. Encoders run in the device's precision, fusion and heads in float32."""

    streams = 1

    def __init__(self, forward: Forward, device: DeviceName, precision: Precision, way: str) -> None:
        """``way`` is how ``forward`` runs the model: a word for the fingerprint, or nothing."""
        self._torch = import_extra("torch")
        self._forward: Forward | None = forward
        self._device = device
        self.on_gpu = device is not DeviceName.CPU
        version = "-".join(filter(None, (f"torch-{self._torch.__version__}", way)))
        self.fingerprint = f"{version}/{precision.value}/{device.value}/{_chip(self._torch, device)}"

    @classmethod
    def load(cls, checkpoint: Path, device: DeviceName, settings: EngineSettings) -> "TorchBackend":
        """Load the weights of ``checkpoint`` onto ``device``.

        Raises:
            CheckpointError: the weights are missing or do not fit their configuration.
            DeviceOutOfMemoryError: the model does not fit the device.
            DeviceError: the device cannot be used.
            MissingExtraError: torch or transformers is not installed.
        """
        torch = import_extra("torch")
        import_extra("transformers")
        # Imported here: only this backend needs torch.
        from emotionstream.inference.model.storage import load_model  # noqa: PLC0415

        if settings.threads:
            torch.set_num_threads(settings.threads)
        precision = resolve_precision(settings.precision, device, bfloat16=_has_bfloat16(torch, device))
        model = load_model(checkpoint)
        try:
            place(model, device, precision)
        except RuntimeError as error:
            raise wrap(error) from error
        forward, way = _forward_of(model, device, settings)
        return cls(forward, device, precision, way)

    def run(self, calls: Sequence[Inputs]) -> list[list[Output]]:
        """Calls one after another: [rows, length] tokens to an output per row."""
        try:
            figures = iter(self._figures(calls))
        except RuntimeError as error:
            wrapped = wrap(error)
            if isinstance(wrapped, DeviceOutOfMemoryError):
                # The error's frames hold the tensors of the call that did not fit: a smaller one needs their room.
                clear_frames(error.__traceback__)
                with suppress(RuntimeError):
                    self._free()
            raise wrapped from error
        return [[output_of(next(figures)) for _ in inputs.context] for inputs in calls]

    def close(self) -> None:
        """Give back the device's memory."""
        self._forward = None
        self._free()

    def _figures(self, calls: Sequence[Inputs]) -> list[list[float]]:
        """The figures of all rows of all calls. Brought back by one copy: each waits for the device."""
        if self._forward is None:
            raise RuntimeError("the backend is closed")
        with self._torch.inference_mode():
            launched = [self._forward(self._tensors(inputs)) for inputs in calls]
            rows: list[list[float]] = self._torch.cat(launched).cpu().tolist() if launched else []
        return rows

    def _tensors(self, inputs: Inputs) -> "list[torch.Tensor]":
        """On the host: ids and mask of each encoder, then the context."""
        arrays = [*(array for pair in inputs.tokens for array in pair), inputs.context]
        tensors = [self._torch.from_numpy(array) for array in arrays]
        if self._device is not DeviceName.CUDA:
            return tensors
        # Pinned, so that no copy waits for the device. torch keeps pinned memory until the copies from it are done.
        return [tensor.pin_memory() for tensor in tensors]

    def _free(self) -> None:
        if self._device is DeviceName.CUDA:
            self._torch.cuda.empty_cache()
        elif self._device is DeviceName.MPS:
            self._torch.mps.empty_cache()


def _forward_of(model: "EmotionModel", device: DeviceName, settings: EngineSettings) -> tuple[Forward, str]:
    """How ``model`` is run, and the fingerprint's word for it."""
    torch = import_extra("torch")
    if settings.compile:
        return _eager(torch.compile(model, dynamic=True), device), "compiled"
    if settings.graphs and device is DeviceName.CUDA:
        recorder = CudaRecorder(settings.graph_warmups)
        return CudaGraphs(_eager(model, device), recorder, settings.graph_shapes), "graphs"
    return _eager(model, device), ""


def _eager(model: Any, device: DeviceName) -> Forward:
    """``model``, as it is: tensors from wherever they are to [rows, figures] on ``device``."""
    on_cuda = device is DeviceName.CUDA

    def forward(tensors: "Sequence[torch.Tensor]") -> "torch.Tensor":
        *tokens, context = (tensor.to(device.value, non_blocking=on_cuda) for tensor in tensors)
        each = iter(tokens)
        return packed(model(list(zip(each, each, strict=True)), context))

    return forward


def packed(reading: "Reading") -> "torch.Tensor":
    """What the wire needs of ``reading``, side by side: [rows, 41 + 3 + 1 + 5], float32."""
    score = reading.readiness_score.unsqueeze(-1)
    columns = (reading.emotion_logits, reading.pad, score, reading.readiness_logits)
    figures: torch.Tensor = import_extra("torch").cat([column.float() for column in columns], dim=1)
    return figures


def resolve_precision(asked: Precision, device: DeviceName, *, bfloat16: bool) -> Precision:
    """The precision to compute with: ``asked``, or what ``device`` has."""
    if asked is not Precision.AUTO:
        return asked
    if device is DeviceName.CPU:
        return Precision.FLOAT32
    return Precision.BFLOAT16 if bfloat16 else Precision.FLOAT16


def usable(device: DeviceName) -> bool:
    """Whether torch is able to use ``device``. Imports torch."""
    torch = import_extra("torch")
    if device is DeviceName.CUDA:
        return bool(torch.cuda.is_available())
    if device is DeviceName.MPS:
        return bool(torch.backends.mps.is_available())
    return True


def place(model: "EmotionModel", device: DeviceName, precision: Precision) -> None:
    """Move ``model`` to ``device``, its encoders in ``precision``."""
    torch = import_extra("torch")
    model.to(device.value)
    if precision is Precision.FLOAT32:
        return
    for encoder in model.encoders:
        encoder.to(getattr(torch, precision.value))
        # The heads stay in float32: three decimal digits of a logit would be lost for no gain in time.
        encoder.register_forward_hook(_to_float32)


def wrap(error: RuntimeError) -> DeviceError:
    """torch's error in our words."""
    text = str(error)
    if type(error).__name__ == "OutOfMemoryError" or any(word in text.lower() for word in _MEMORY_WORDS):
        return DeviceOutOfMemoryError(f"the device ran out of memory: {text}")
    return DeviceError(f"torch failed: {text}")


def _to_float32(module: object, arguments: object, output: "torch.Tensor") -> "torch.Tensor":
    del module, arguments
    return output.float()


def _has_bfloat16(torch: Any, device: DeviceName) -> bool:
    # Before Ampere bfloat16 is emulated, and slow.
    return device is DeviceName.CUDA and bool(torch.cuda.is_bf16_supported(including_emulation=False))


def _chip(torch: Any, device: DeviceName) -> str:
    if device is DeviceName.CUDA:
        return str(torch.cuda.get_device_name()).replace(" ", "_")
    return processor()
