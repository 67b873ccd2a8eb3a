"""A start of Kafka that Java takes notes of, once: later starts take a quarter of the time (JEP 483, 514 and 515).

Java keeps the classes that a start loaded, linked, in a file beside the jars. A file that does not fit (another Java,
another processor) is left aside by Java itself, and the start takes as long as without.
"""

import tempfile
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from emotionstream.cli.embedded.kafka import EmbeddedKafka
from emotionstream.cli.embedded.start_cache import start_cache
from emotionstream.cli.say import Say
from emotionstream.schemas.settings.embedded import EmbeddedSettings


class Rehearsal(EmbeddedKafka):
    """An empty broker that writes what its start taught when it ends, which takes some seconds."""

    def __init__(self, settings: EmbeddedSettings, notes: Path) -> None:
        super().__init__(settings)
        self._notes = notes

    def _start_options(self) -> Sequence[str]:
        return [f"-XX:AOTCacheOutput={self._notes}"]


class Prepared(StrEnum):
    """What became of it."""

    MADE = "made"
    THERE = "there"
    REFUSED = "refused"
    """Java wrote nothing: Kafka starts as before."""


async def rehearse(settings: EmbeddedSettings, say: Say) -> Prepared:
    """Fetch Kafka and make its starts quick, where that has not been done already.

    Raises:
        EmbeddedServiceError: Kafka cannot be fetched or started.
        MissingExtraError: the packages of the embedded services are not installed.
    """
    await EmbeddedKafka(settings, say).fetch()
    cache = start_cache(settings)
    if cache.is_file():
        return Prepared.THERE
    say("starting Kafka once, so that Java learns it")
    with tempfile.TemporaryDirectory(prefix="rehearsal-", dir=cache.parent, ignore_cleanup_errors=True) as name:
        notes = Path(name) / cache.name
        apart = settings.model_copy(
            update={"folder": Path(name), "kafka_port": 0, "stop_seconds": settings.rehearsal_seconds}
        )
        async with Rehearsal(apart, notes):
            pass
        if not notes.is_file():
            return Prepared.REFUSED
        notes.replace(cache)
    return Prepared.MADE
