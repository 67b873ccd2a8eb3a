"""``emotionstream worker``: score chat messages."""

import asyncio
import os
import signal
import sys
from typing import TYPE_CHECKING, NoReturn

import typer

from emotionstream.schemas.errors import StuckError

if TYPE_CHECKING:
    from emotionstream.consumers.emotion_worker import EmotionWorker
    from emotionstream.inference.engine import Engine


def command() -> None:
    """Score chat messages, Kafka in and Kafka out, until Ctrl-C or SIGTERM.

    A stop finishes what was taken, commits it and leaves the group. Start as many workers as there are partitions
    to share the load.

    Exit codes: 0 stopped, 3 a setting, 4 Kafka does not answer, 5 a topic is missing or does not fit, 6 the
    checkpoint, 7 a package is missing, 70 stuck (start it again).
    """
    engine = build_engine()
    asyncio.run(run(engine, build(engine)))
    if engine.hung:
        # All is delivered and committed; an orderly exit would wait for the device's threads for ever.
        sys.stderr.flush()
        os._exit(0)


def build_engine() -> "Engine":
    """The engine of the checkpoint that the settings name; nothing is loaded yet.

    Raises:
        MissingExtraError: the packages for scoring are not installed.
        SettingsError, CheckpointError: a setting or the checkpoint cannot be used.
    """
    from emotionstream.cli.extras import require_scoring

    require_scoring()
    from emotionstream.inference.engine import open_engine
    from emotionstream.schemas.checkpoint import find_checkpoint
    from emotionstream.schemas.settings.checkpoint import CheckpointSettings
    from emotionstream.schemas.settings.engine import EngineSettings

    return open_engine(find_checkpoint(CheckpointSettings.load()), EngineSettings.load())


def build(engine: "Engine") -> "EmotionWorker":
    """The worker as the environment's settings describe it.

    Raises:
        SettingsError: a setting is unknown or impossible.
    """
    from emotionstream.cli.endpoints import named_kafka
    from emotionstream.consumers.emotion_worker import EmotionWorker, WorkerConfig
    from emotionstream.consumers.transactions import failpoints
    from emotionstream.schemas.settings.faults import FaultSettings
    from emotionstream.schemas.settings.intake import IntakeSettings
    from emotionstream.schemas.settings.topics import TopicSettings
    from emotionstream.schemas.settings.worker import WorkerSettings

    config = WorkerConfig(named_kafka(), TopicSettings.load(), IntakeSettings.load(), WorkerSettings.load())
    return EmotionWorker(engine, config, failpoints(FaultSettings.load()))


async def run(engine: "Engine", worker: "EmotionWorker") -> None:
    """Serve the worker and its health until a signal. Health answers while the model still loads."""
    from emotionstream.cli.health import serve_health
    from emotionstream.schemas.settings.health import HealthSettings

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with serve_health(worker, HealthSettings.load()), engine:
        try:
            await worker.serve(stop)
        except StuckError as error:
            _end(error)


def _end(error: StuckError) -> NoReturn:
    # A device that hangs holds its thread: an orderly exit would wait for it for ever.
    typer.echo(f"error: {error}", err=True)
    sys.stderr.flush()
    os._exit(error.exit_code)
