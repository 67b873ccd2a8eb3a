"""Real services for tests: an embedded broker and database, each started once, when a test first asks."""

import asyncio
import shutil
import tempfile
import uuid
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from emotionstream.cli.embedded.service import EmbeddedService
from emotionstream.schemas.settings.topics import TopicSettings

T = TypeVar("T")
S = TypeVar("S", bound=EmbeddedService)
PARTITIONS = 2


@contextmanager
def service_folder() -> Iterator[Path]:
    """A folder for services' data. Not pytest's own: that one is closed to the user that PostgreSQL runs as."""
    folder = Path(tempfile.mkdtemp(prefix="emotionstream-tests-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running(service: S) -> Iterator[S]:
    """The service, ready, and stopped at the end. Not bound to any test's event loop."""
    run_apart(service.__aenter__())
    try:
        yield service
    finally:
        run_apart(service.__aexit__(None, None, None))


def run_apart(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in an event loop and thread of its own, also where a loop is running here."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def unique_topics(partitions: int = PARTITIONS) -> TopicSettings:
    """Topic settings whose names no other test has."""
    return TopicSettings(prefix=f"t{uuid.uuid4().hex[:12]}.", partitions=partitions)
