"""A program that holds the embedded services until it is told to end. Tests start it, and kill it.

Usage: python holder.py FOLDER. Prints one JSON line when both services answer.
"""

import asyncio
import json
import sys
from pathlib import Path

from emotionstream.cli.embedded import EmbeddedKafka, EmbeddedPostgres
from emotionstream.cli.interruption import until_signal
from emotionstream.cli.logging import configure_logging
from emotionstream.schemas.settings.embedded import EmbeddedSettings
from emotionstream.schemas.settings.logging import LoggingSettings


def tell(line: str) -> None:
    """On standard error, as the command line does."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201


async def hold(settings: EmbeddedSettings) -> None:
    """Start both, say where, and wait."""
    async with EmbeddedKafka(settings, tell) as kafka, EmbeddedPostgres(settings, tell) as postgres:
        said = {"kafka": kafka.bootstrap_servers, "postgres": postgres.url, "pids": [kafka.pid, postgres.pid]}
        print(json.dumps(said), flush=True)  # noqa: T201
        await asyncio.Event().wait()


configure_logging(LoggingSettings())
asyncio.run(until_signal(hold(EmbeddedSettings.load(folder=Path(sys.argv[1]))), tell))
