"""The bare engine: the same texts in batches, with no Kafka around."""

import asyncio
import time
from pathlib import Path

from emotionstream.inference.engine import Engine, open_engine
from emotionstream.inference.scoring import ScoreRequest
from emotionstream.schemas.events import ModelInfo
from emotionstream.schemas.settings.engine import EngineSettings

CHUNK = 1_000
"""Texts at a time: as many as the worker may have in flight by default."""


async def engine_texts_per_second(texts: list[str], checkpoint: Path) -> tuple[float, ModelInfo]:
    """Texts a second, and what scored them. One chunk is cut into tokens while another is on the device."""
    requests = [ScoreRequest(text) for text in texts]
    chunks = [requests[start : start + CHUNK] for start in range(0, len(requests), CHUNK)]
    async with open_engine(checkpoint, EngineSettings.load()) as engine:
        await engine.score(requests[:CHUNK])
        started = time.perf_counter()
        await _overlapped(engine, chunks)
        return len(texts) / (time.perf_counter() - started), engine.info


async def _overlapped(engine: Engine, chunks: list[list[ScoreRequest]]) -> None:
    two = asyncio.Semaphore(2)

    async def score(chunk: list[ScoreRequest]) -> None:
        async with two:
            await engine.score(chunk)

    await asyncio.gather(*(score(chunk) for chunk in chunks))
