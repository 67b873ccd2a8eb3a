"""The weights by torch: NVIDIA and AMD GPUs (cuda), Apple GPUs (mps), and the CPU as the reference."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from emotionstream.inference.extras import import_extra
from emotionstream.inference.hardware import processor
from emotionstream.inference.outputs import Output
from emotionstream.inference.tensors import Inputs
from emotionstream.schemas.errors import DeviceError, DeviceOutOfMemoryError
from emotionstream.schemas.settings.engine import DeviceName, EngineSettings, Precision

if TYPE_CHECKING:
    import torch

    from emotionstream.inference.model.emotion_model import EmotionModel, Reading

_MEMORY_WORDS: Final = ("out of memory", "can't allocate memory")


class TorchBackend:
    """The model on one device. Encoders run in the device's precision, fusion and heads in float32."""

    streams = 1

    def __init__(self, model: Any, device: DeviceName, precision: Precision, compiled: bool) -> None:
        self._torch = import_extra("torch")
        self._model = model
        self._device = device
        self.on_gpu = device is not DeviceName.CPU
        version = f"torch-{self._torch.__version__}" + ("-compiled" if compiled else "")
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
        runnable = torch.compile(model, dynamic=True) if settings.compile else model
        return cls(runnable, device, precision, settings.compile)

    def run(self, calls: Sequence[Inputs]) -> list[list[Output]]:
        """Calls one after another: [rows, length] tokens to an output per row."""
        try:
            with self._torch.inference_mode():
                return [_outputs(self._forward(inputs)) for inputs in calls]
        except RuntimeError as error:
            wrapped = wrap(error)
            if isinstance(wrapped, DeviceOutOfMemoryError):
                self._free()
            raise wrapped from error

    def close(self) -> None:
        """Give back the device's memory."""
        self._model = None
        self._free()

    def _forward(self, inputs: Inputs) -> "Reading":
        tokens = [(self._put(ids), self._put(mask)) for ids, mask in inputs.tokens]
        reading: Reading = self._model(tokens, self._put(inputs.context))
        return reading

    def _put(self, array: Any) -> "torch.Tensor":
        tensor: torch.Tensor = self._torch.from_numpy(array).to(self._device.value)
        return tensor

    def _free(self) -> None:
        if self._device is DeviceName.CUDA:
            self._torch.cuda.empty_cache()
        elif self._device is DeviceName.MPS:
            self._torch.mps.empty_cache()


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


def _outputs(reading: "Reading") -> list[Output]:
    columns = (reading.emotion_logits, reading.pad, reading.readiness_score, reading.readiness_logits)
    rows = [column.float().cpu().tolist() for column in columns]
    return [Output(*row) for row in zip(*rows, strict=True)]
