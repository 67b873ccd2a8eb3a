"""The engine: texts in, scores out. One thread feeds the device, one cuts texts into tokens."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, TypeVar

import structlog

from emotionstream.inference.batching import plan_batches, step_up
from emotionstream.inference.model.config import ModelConfig
from emotionstream.inference.scoring import Encoded, Score, ScoreRequest
from emotionstream.schemas.events import ModelInfo
from emotionstream.schemas.settings.engine import EngineSettings

_log = structlog.get_logger()

if TYPE_CHECKING:
    from emotionstream.inference.device import Device
    from emotionstream.inference.encoder import TextEncoder

T = TypeVar("T")


class Scorer(Protocol):
    """What the worker and the replay need of an engine."""

    @property
    def info(self) -> ModelInfo:
        """Which model, and on what kind of machine."""

    async def encode(self, requests: Sequence[ScoreRequest]) -> list[Encoded]:
        """Requests to tokens, in input order."""

    async def infer(self, batch: Sequence[Encoded]) -> list[Score]:
        """One device batch, in input order.

        Raises:
            DeviceOutOfMemoryError: the batch did not fit.
            DeviceError: the device failed in another way.
        """


class Engine:
    """A model, loaded once. An async context manager: entering loads and warms it, leaving frees it.

    A text's score does not depend on the texts that share its batch: each is padded to a length of its own.
    """

    def __init__(self, checkpoint: Path, settings: EngineSettings) -> None:
        self._checkpoint = checkpoint
        self._settings = settings
        self._tokenizer_thread = ThreadPoolExecutor(1, thread_name_prefix="tokenizer")
        self._device_thread = ThreadPoolExecutor(1, thread_name_prefix="device")
        self._loaded: tuple[TextEncoder, Device] | None = None
        self.hung = False
        """Whether the device did not end in time: its threads hold the process, which only ``os._exit`` ends."""

    async def __aenter__(self) -> Self:
        try:
            await self._load()
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()

    @property
    def info(self) -> ModelInfo:
        """Which model, and on what kind of machine."""
        return self._parts()[1].info

    async def encode(self, requests: Sequence[ScoreRequest]) -> list[Encoded]:
        """Requests to tokens, in input order, on the tokenizer's thread."""
        encoder, _ = self._parts()
        return await _on(self._tokenizer_thread, lambda: encoder.encode(requests))

    async def infer(self, batch: Sequence[Encoded]) -> list[Score]:
        """One device batch, in input order, on the device's thread. Batches wait for each other.

        Raises:
            DeviceOutOfMemoryError: the batch did not fit the device's memory: split it.
            DeviceError: the device failed in another way.
        """
        _, device = self._parts()
        return await _on(self._device_thread, lambda: device.infer(batch))

    async def score(self, requests: Sequence[ScoreRequest]) -> list[Score]:
        """Scores in input order: encode, plan batches by length, infer.

        Raises:
            DeviceOutOfMemoryError, DeviceError: as ``infer`` does.
        """
        encoded = await self.encode(requests)
        scores: dict[int, Score] = {}
        for indices in self.plan(encoded):
            scores.update(zip(indices, await self.infer([encoded[i] for i in indices]), strict=True))
        return [scores[index] for index in range(len(encoded))]

    def plan(self, encoded: Sequence[Encoded]) -> list[list[int]]:
        """Batches of indices into ``encoded``, within the settings' budget."""
        steps = self._parts()[1].shapes.lengths
        lengths = [step_up(item.length, steps) for item in encoded]
        return plan_batches(lengths, self._settings.batch_tokens, self._settings.batch_items)

    async def _load(self) -> None:
        # numpy comes with these, and is not needed to import the engine.
        from emotionstream.inference.extras import import_extra  # noqa: PLC0415

        import_extra("numpy")
        from emotionstream.inference.device import Device  # noqa: PLC0415
        from emotionstream.inference.encoder import TextEncoder  # noqa: PLC0415

        config = ModelConfig.read(self._checkpoint)
        encoder = await _on(self._tokenizer_thread, lambda: TextEncoder.load(self._checkpoint, config, self._settings))
        device = await _on(self._device_thread, lambda: Device.load(self._checkpoint, config, self._settings))
        self._loaded = (encoder, device)

    async def _close(self) -> None:
        loaded, self._loaded = self._loaded, None
        if loaded is not None:
            closing = asyncio.ensure_future(_on(self._device_thread, loaded[1].close))
            done, _ = await asyncio.wait([closing], timeout=self._settings.close_seconds)
            if done:
                closing.result()
            else:
                self.hung = True
                _log.error("device_does_not_close", hint="it hangs: end the process to free it")
        self._tokenizer_thread.shutdown(wait=False)
        self._device_thread.shutdown(wait=False)

    def _parts(self) -> "tuple[TextEncoder, Device]":
        if self._loaded is None:
            raise RuntimeError("the engine is not open: use `async with open_engine(...)`")
        return self._loaded


def open_engine(checkpoint: Path, settings: EngineSettings) -> Engine:
    """The engine of ``checkpoint``: torch where a GPU is found and torch is installed, else openvino on the CPU.

    Use it as ``async with open_engine(checkpoint, settings) as engine``. Nothing is loaded before that.
    """
    return Engine(checkpoint, settings)


async def _on(thread: ThreadPoolExecutor, work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(thread, work)
