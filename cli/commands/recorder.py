"""``emotionstream recorder``: record everything in PostgreSQL."""

import asyncio
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emotionstream.consumers.recorder import Recorder


def command() -> None:
    """Record messages, results, interventions, outcomes and rejections in PostgreSQL, until Ctrl-C or SIGTERM.

    The tables are made or brought up to date first (EMOTIONSTREAM_HISTORY_MIGRATE). While PostgreSQL is away nothing
    is taken from Kafka and nothing is lost.

    Exit codes: 0 stopped, 3 a setting, 4 Kafka does not answer, 5 a topic is missing or the tables do not fit,
    70 stuck (start it again).
    """
    asyncio.run(run(build()))


def build() -> "Recorder":
    """The recorder as the environment's settings describe it.

    Raises:
        SettingsError: a setting is unknown or impossible.
    """
    from emotionstream.cli.endpoints import named_database, named_kafka
    from emotionstream.consumers.recorder import Recorder
    from emotionstream.consumers.recorder.service import RecorderConfig
    from emotionstream.schemas.settings.history import HistorySettings
    from emotionstream.schemas.settings.intake import IntakeSettings
    from emotionstream.schemas.settings.recorder import RecorderSettings
    from emotionstream.schemas.settings.topics import TopicSettings

    return Recorder(
        RecorderConfig(
            kafka=named_kafka(),
            topics=TopicSettings.load(),
            database=named_database(),
            history=HistorySettings.load(),
            intake=IntakeSettings.load(),
            recorder=RecorderSettings.load(),
        )
    )


async def run(recorder: "Recorder") -> None:
    """Serve the recorder and its health until a signal."""
    from emotionstream.cli.health import serve_health
    from emotionstream.schemas.settings.health import HealthSettings

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with serve_health(recorder, HealthSettings.load()):
        await recorder.serve(stop)
