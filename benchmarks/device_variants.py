"""Ways to run the torch backend, and what each is measured by."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from emotionstream.inference.backends.torch import TorchBackend
from emotionstream.inference.batching import plan_batches, step_up
from emotionstream.inference.device import Device
from emotionstream.inference.engine import Engine, open_engine
from emotionstream.inference.scoring import Encoded, ScoreRequest
from emotionstream.inference.tensors import Inputs
from emotionstream.schemas.settings.engine import EXACT_DECIMALS, BackendName, DeviceName, EngineSettings, Precision

Figures = dict[str, Any]

CHUNK = 4_096
"""Texts that are cut into tokens at a time: enough to fill the largest batch."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A precision, and whether with graphs or compiled."""

    precision: Precision
    graphs: bool = False
    compiled: bool = False

    @property
    def name(self) -> str:
        """As the table says it."""
        return f"{self.precision.value} {'graphs' if self.graphs else 'compile' if self.compiled else 'eager'}"

    def settings(self, device: DeviceName, rows: tuple[int, ...], *, prewarm: bool = True) -> EngineSettings:
        """The engine's settings, with ``rows`` as the texts of a call; figures are not rounded."""
        return EngineSettings(
            backend=BackendName.TORCH,
            device=device,
            precision=self.precision,
            graphs=self.graphs,
            compile=self.compiled,
            cpu_batch_steps=rows,
            gpu_batch_steps=rows,
            decimals=EXACT_DECIMALS,
            prewarm=prewarm and device is not DeviceName.CPU,
        )


@dataclass(frozen=True, slots=True)
class Budget:
    """Most tokens and most texts of a batch."""

    tokens: int
    items: int


FLOAT32, BFLOAT16, FLOAT16 = Precision.FLOAT32, Precision.BFLOAT16, Precision.FLOAT16
ON_A_GPU = (
    Variant(BFLOAT16, graphs=True),
    Variant(BFLOAT16),
    Variant(FLOAT32, graphs=True),
    Variant(FLOAT32),
    Variant(FLOAT16),
)
ON_A_CPU = (Variant(FLOAT32), Variant(BFLOAT16))
COMPILED = Variant(BFLOAT16, compiled=True)
BUDGETS = (Budget(4_096, 256), Budget(16_384, 256), Budget(16_384, 1_024), Budget(65_536, 256), Budget(65_536, 1_024))


def device_here() -> DeviceName:
    """cuda where torch finds it, else the CPU."""
    return DeviceName.CUDA if torch.cuda.is_available() else DeviceName.CPU


async def opened(checkpoint: Path, settings: EngineSettings) -> tuple[Engine, float]:
    """An open engine (the caller leaves it) and the seconds that opening took. Peak memory counts from here."""
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
    started = time.perf_counter()
    engine = await open_engine(checkpoint, settings).__aenter__()
    return engine, round(time.perf_counter() - started, 2)


@asynccontextmanager
async def opened_for(checkpoint: Path, settings: EngineSettings) -> AsyncIterator[tuple[Engine, float]]:
    """An engine, and how long it took to open."""
    engine, seconds = await opened(checkpoint, settings)
    try:
        yield engine, seconds
    finally:
        await engine.__aexit__(None, None, None)


def device_of(engine: Engine) -> Device:
    """The engine's device, whose ``shapes`` may be replaced between two passes."""
    return engine._parts()[1]


async def pace(engine: Engine, texts: Sequence[str], budget: Budget) -> float:
    """Texts a second from text to score. One chunk is cut into tokens while another is on the device."""
    requests = [ScoreRequest(text) for text in texts]
    chunks = [requests[start : start + CHUNK] for start in range(0, len(requests), CHUNK)]
    two = asyncio.Semaphore(2)

    async def score(chunk: Sequence[ScoreRequest]) -> None:
        async with two:
            await _infer(engine, await engine.encode(chunk), budget)

    # A first chunk, so that no shape is new.
    await score(chunks[0])
    return await _rate(len(texts), lambda: asyncio.gather(*map(score, chunks)))


async def pace_of_tokens(engine: Engine, texts: Sequence[str], budget: Budget) -> float:
    """Texts a second from tokens to score: without the tokenizer."""
    encoded = await engine.encode([ScoreRequest(text) for text in texts])
    return await _rate(len(texts), lambda: _infer(engine, encoded, budget))


async def waits(engine: Engine, texts: Sequence[str], together: int, repeats: int) -> Figures:
    """Milliseconds from text to score of ``together`` texts: p50 and p95 of ``repeats``."""
    took = []
    for number in range(repeats + 2):
        chosen = [ScoreRequest(texts[(number * together + n) % len(texts)]) for n in range(together)]
        started = time.perf_counter()
        await engine.score(chosen)
        took.append((time.perf_counter() - started) * 1_000)
    return percentiles(took[2:])


def call_ms(backend: TorchBackend, rows: int, length: int, repeats: int) -> Figures:
    """Milliseconds of one call of the backend alone, of one encoder, and its tokens a second when ten come together."""
    ids = np.full((rows, length), 5, dtype=np.int64)
    inputs = Inputs(((ids, np.ones_like(ids)),), np.zeros((rows, 6), dtype=np.float32))
    backend.run([inputs])
    took = []
    for _ in range(repeats):
        started = time.perf_counter()
        backend.run([inputs])
        took.append((time.perf_counter() - started) * 1_000)
    started = time.perf_counter()
    backend.run([inputs] * 10)
    return percentiles(took) | {"tokens_per_second_of_10": round(10 * ids.size / (time.perf_counter() - started))}


def peak() -> Figures:
    """MB of GPU memory since the engine was opened; nothing on a CPU."""
    if not torch.cuda.is_available():
        return {}
    return {
        "peak_allocated_mb": torch.cuda.max_memory_allocated() >> 20,
        "peak_reserved_mb": torch.cuda.max_memory_reserved() >> 20,
    }


def percentiles(took: Sequence[float]) -> Figures:
    """p50 and p95, in milliseconds."""
    p50, p95 = np.percentile(took, [50, 95])
    return {"p50_ms": round(float(p50), 3), "p95_ms": round(float(p95), 3)}


async def _infer(engine: Engine, encoded: Sequence[Encoded], budget: Budget) -> None:
    steps = device_of(engine).shapes.lengths
    lengths = [step_up(item.length, steps) for item in encoded]
    for indices in plan_batches(lengths, budget.tokens, budget.items):
        await engine.infer([encoded[index] for index in indices])


async def _rate(count: int, work: Callable[[], Awaitable[object]]) -> float:
    started = time.perf_counter()
    await work()
    return round(count / (time.perf_counter() - started), 1)
