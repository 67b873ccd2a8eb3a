"""What the engine asks of a backend."""

from collections.abc import Sequence
from typing import Protocol

from emotionstream.inference.outputs import Output
from emotionstream.inference.tensors import Inputs


class Backend(Protocol):
    """A loaded model on a device. Used by one thread only."""

    @property
    def fingerprint(self) -> str:
        """Backend, its version, precision and device: what decides the last bits of a result."""

    @property
    def on_gpu(self) -> bool:
        """Whether calls run on a GPU, which likes larger batches."""

    @property
    def streams(self) -> int:
        """Calls that are computed at a time. Each stream prepares a shape for itself."""

    def run(self, calls: Sequence[Inputs]) -> list[list[Output]]:
        """Calls of the device, in input order: an output per row of each.

        Raises:
            DeviceOutOfMemoryError: a call did not fit.
            DeviceError: the device failed in another way.
        """

    def close(self) -> None:
        """Give back the device's memory."""
