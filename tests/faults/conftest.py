"""The bench, once for all tests of this folder."""

import logging
from collections.abc import AsyncIterator

import pytest_asyncio
from faults.scene import Bench, open_bench
from services import service_folder


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def bench() -> AsyncIterator[Bench]:
    """Three brokers and a database. They, and the proxies, live in the session's event loop."""
    # What the bench does to Kafka, its own clients tell at length.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    with service_folder() as folder:
        async with open_bench(folder) as opened:
            yield opened
