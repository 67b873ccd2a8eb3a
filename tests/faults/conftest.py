"""The bench, once for all tests of a file: three brokers that nobody needs any more would slow down what follows."""

import logging
from collections.abc import AsyncIterator

import pytest_asyncio
from faults.scene import Bench, open_bench
from services import service_folder


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def bench() -> AsyncIterator[Bench]:
    """Three brokers and a database. They, and the proxies, live in the session's event loop."""
    # What the bench does to Kafka, its own clients tell at length.
    log = logging.getLogger("aiokafka")
    level = log.level
    log.setLevel(logging.CRITICAL)
    with service_folder() as folder:
        async with open_bench(folder) as opened:
            yield opened
    log.setLevel(level)
