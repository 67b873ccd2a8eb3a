"""A worker with a fake device as a process of its own, to be killed or suspended. As a program: that process."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fake_scorer import FakeScorer

from emotionstream.consumers.emotion_worker import EmotionWorker, WorkerConfig
from emotionstream.consumers.transactions import failpoints
from emotionstream.schemas.settings.base import Settings
from emotionstream.schemas.settings.faults import FaultSettings
from emotionstream.schemas.settings.intake import IntakeSettings
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.settings.worker import WorkerSettings

SECONDS = "FAKE_DEVICE_SECONDS"


@asynccontextmanager
async def worker_process(
    config: WorkerConfig, faults: FaultSettings | None = None, seconds: float = 0.01
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A running worker whose device takes ``seconds`` for a batch; killed at the end if it still runs."""
    parts: tuple[Settings, ...] = (config.kafka, config.topics, config.intake, config.worker, faults or FaultSettings())
    told = {name: value for part in parts for name, value in part.env().items()}
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("EMOTIONSTREAM_", "KAFKA_"))}
    child = await asyncio.create_subprocess_exec(
        sys.executable, str(Path(__file__)), env={**environ, **told, SECONDS: str(seconds)}
    )
    try:
        yield child
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()


async def serve() -> None:
    """Work until SIGTERM."""
    config = WorkerConfig(KafkaSettings.load(), TopicSettings.load(), IntakeSettings.load(), WorkerSettings.load())
    scorer = FakeScorer()
    scorer.seconds = float(os.environ[SECONDS])
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await EmotionWorker(scorer, config, failpoints(FaultSettings.load())).serve(stop)


if __name__ == "__main__":
    asyncio.run(serve())
