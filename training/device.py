"""Where training computes: the device, its numbers and its attention."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

from emotionstream.inference.backends.torch import usable
from emotionstream.schemas.errors import SettingsError
from emotionstream.schemas.settings.engine import DeviceName


@dataclass(frozen=True, slots=True)
class TrainingDevice:
    """A device, and whether it trains in bfloat16 beside float32."""

    device: torch.device
    mixed: bool

    @classmethod
    def find(cls, asked: DeviceName) -> Self:
        """The device that is asked for; auto: cuda, mps, cpu, the first that is there.

        Raises:
            SettingsError: torch cannot use it on this machine.
        """
        if asked is DeviceName.AUTO:
            asked = next(name for name in (DeviceName.CUDA, DeviceName.MPS, DeviceName.CPU) if usable(name))
        elif not usable(asked):
            raise SettingsError(f'device = "{asked.value}": torch finds no such device here. Leave it out for any')
        return cls(torch.device(asked.value), _has_bfloat16(asked))

    @contextmanager
    def computing(self) -> Iterator[None]:
        """Forward passes inside the block are in bfloat16 where the device has it."""
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.mixed):
            # On CPUs the fused attention's backward pass is several times slower than the plain one at chat lengths. On
            # GPUs cuDNN's would plan anew for each shape, and nearly every batch has its own.
            ways = [SDPBackend.MATH] if self.device.type == "cpu" else [SDPBackend.EFFICIENT_ATTENTION, SDPBackend.MATH]
            with sdpa_kernel(ways):
                yield


def _has_bfloat16(device: DeviceName) -> bool:
    """Whether bfloat16 is quick there. Where it is not, float32 is used: float16 would need scaled losses.

    On a processor without AVX-512 a product in emulated bfloat16 took eighty times as long as in float32.
    """
    if device is DeviceName.CPU:
        there = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]  # torch declares no types here
        # Torch tells this to its own compiler and tests; there is no public way to ask.
        return there and bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
    return device is DeviceName.CUDA and torch.cuda.is_bf16_supported(including_emulation=False)
