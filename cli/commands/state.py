"""``emotionstream state``: keep each learner's state and raise interventions."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import structlog
import typer

from emotionstream.schemas.errors import EmotionStreamError, StageCrashedError

if TYPE_CHECKING:
    from emotionstream.schemas.settings.state import StateSettings
    from emotionstream.state.policy import InterventionPolicy
    from emotionstream.state.stage import StateStage

logger = structlog.get_logger()


def command(
    policy: Annotated[
        Path | None,
        typer.Option(help="A policy.safetensors to use instead of the checkpoint's.", exists=True, dir_okay=False),
    ] = None,
) -> None:
    """Keep each learner's state and raise interventions, until Ctrl-C or SIGTERM.

    Exit codes: 0 stopped, 3 a setting, 4 Kafka, 5 topics, 6 the checkpoint, 71 crashed, 72 stood still for half
    its session timeout (start it again after both).
    """
    stage = build(policy)
    asyncio.run(run(stage))


def build(policy_file: Path | None = None) -> "StateStage":
    """The state stage as the environment's settings describe it.

    Raises:
        SettingsError, CheckpointError: a setting or the policy cannot be used.
    """
    from emotionstream.cli.endpoints import named_kafka
    from emotionstream.schemas.checkpoint import POLICY, find_checkpoint
    from emotionstream.schemas.settings.checkpoint import CheckpointSettings
    from emotionstream.schemas.settings.state import StateSettings
    from emotionstream.schemas.settings.table import TableSettings
    from emotionstream.schemas.settings.topics import TopicSettings
    from emotionstream.state.policy import InterventionPolicy
    from emotionstream.state.stage import StateConfig, StateStage

    config = StateConfig(named_kafka(), TopicSettings.load(), StateSettings.load(), TableSettings.load())
    path = policy_file or find_checkpoint(CheckpointSettings.load()) / POLICY
    policy = InterventionPolicy.load(path)
    _tell_differences(policy, config.state)
    return StateStage(config, policy, end)


async def run(stage: "StateStage") -> None:
    """Serve the stage and its health until a signal. After a crash the process ends here, at once."""
    from emotionstream.cli.health import serve_health
    from emotionstream.schemas.settings.health import HealthSettings

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        async with serve_health(stage, HealthSettings.load()):
            await stage.serve(stop)
    except StageCrashedError as error:
        end(error)


def end(error: EmotionStreamError) -> NoReturn:
    """End this process at once, with the error's exit code."""
    # Faust leaves threads and tasks behind after a crash: an orderly exit would wait for them for ever.
    typer.echo(f"error: {error}", err=True)
    sys.stderr.flush()
    os._exit(error.exit_code)


def _tell_differences(policy: "InterventionPolicy", settings: "StateSettings") -> None:
    for name, trained in policy.memory_settings.items():
        current = getattr(settings, name, trained)
        if current != trained:
            logger.warning("the policy was trained under another setting", setting=name, trained=trained, now=current)
