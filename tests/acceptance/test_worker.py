"""`emotionstream worker` as a person runs it: a real process with the real model."""

import asyncio
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import IO, Final

import aiohttp
import pytest
from bad_records import good_message
from worker_chain import Chain, open_chain

from emotionstream.cli.embedded.ports import free_ports
from emotionstream.consumers.emotion_worker import WorkerConfig
from emotionstream.schemas.settings.intake import IntakeSettings
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.settings.worker import WorkerSettings
from emotionstream.schemas.topics import Topic

SCORED = 'emotionstream_worker_messages_total{outcome="scored"} 1.0'
READY_SECONDS: Final = 60.0
PROGRAM = (sys.executable, "-m", "emotionstream.cli.main", "worker")


def environ(told: dict[str, str]) -> dict[str, str]:
    """The environment without settings of ours, but a model that is not run in advance, then ``told``."""
    ours = ("EMOTIONSTREAM_", "KAFKA_", "DATABASE_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {"EMOTIONSTREAM_ENGINE_PREWARM": "false"} | told


@pytest.fixture
async def chain(kafka: str, topics: TopicSettings) -> AsyncIterator[Chain]:
    """This test's topics."""
    settings = KafkaSettings(bootstrap_servers=kafka)
    async with open_chain(WorkerConfig(settings, topics, IntakeSettings(), WorkerSettings())) as opened:
        yield opened


@asynccontextmanager
async def worker(chain: Chain) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """A worker process that is ready, and the address of its health server; killed at the end if it still runs."""
    (port,) = free_ports(1)
    told = {
        "KAFKA_BOOTSTRAP_SERVERS": chain.config.kafka.bootstrap_servers or "",
        "EMOTIONSTREAM_HEALTH_PORT": str(port),
        # What is in flight at a stop is finished within the time for it, on a slow machine too.
        "EMOTIONSTREAM_WORKER_MAX_CONCURRENT": "200",
        **chain.config.topics.env(),
    }
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryFile() as log:
        child = await asyncio.create_subprocess_exec(*PROGRAM, env=environ(told), stderr=log)
        try:
            await until_ready(child, address, log)
            yield child, address
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()


async def until_ready(child: asyncio.subprocess.Process, address: str, log: IO[bytes]) -> None:
    """Wait for ``child``; where it does not become ready, what it said last and what it logged."""
    said = (False, "")
    deadline = time.monotonic() + READY_SECONDS
    while child.returncode is None and not said[0] and time.monotonic() < deadline:
        await asyncio.sleep(0.1)
        said = await ask(f"{address}/ready")
    if not said[0]:
        log.seek(0)
        raise AssertionError(f"not ready: {said[1]}, {child.returncode}\n{log.read().decode()[-4000:]}")


async def ask(url: str) -> tuple[bool, str]:
    """Whether the health server says yes, and what else it says."""
    limit = aiohttp.ClientTimeout(total=5)
    try:
        async with aiohttp.ClientSession(timeout=limit) as session, session.get(url) as answer:
            return answer.status == 200, await answer.text()
    except (aiohttp.ClientConnectionError, TimeoutError) as error:
        return False, repr(error)


async def test_sigterm_finishes_what_was_taken(chain: Chain) -> None:
    """Stopped amid the work the process ends with 0, having committed exactly what it delivered; the next goes on."""
    await chain.publish(*(good_message(f"m-{n}", f"user-{n % 9}") for n in range(1_500)))
    async with worker(chain) as (child, _):
        await chain.read(Topic.RESULTS, 50)
        child.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(child.wait(), 30) == 0
    delivered = await chain.count(Topic.RESULTS)
    assert sum(offset or 0 for offset in (await chain.committed()).values()) == delivered
    async with worker(chain):
        results = await chain.results(1_500)
    assert len({result.message_id for result in results}) == 1_500
    assert await chain.count(Topic.RESULTS) == 1_500


async def test_a_running_worker_answers_for_itself(chain: Chain) -> None:
    """/live, /ready and /metrics tell of a worker that has scored a message."""
    await chain.publish(good_message("m-1"))
    async with worker(chain) as (_, address):
        (result,) = await chain.results(1)
        assert await ask(f"{address}/live") == (True, json.dumps({"ok": True, "why": ""}))
        async with asyncio.timeout(10):
            while SCORED not in (await ask(f"{address}/metrics"))[1]:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.05)
    assert sum(result.probabilities) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    ("told", "code", "said"),
    [
        ({"EMOTIONSTREAM_WORKER_TURN_MESAGES": "9"}, 3, "did you mean EMOTIONSTREAM_WORKER_TURN_MESSAGES"),
        ({"EMOTIONSTREAM_MODEL_NAME": "/nowhere/at/all"}, 6, "/nowhere/at/all"),
        ({"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"}, 4, "127.0.0.1:1"),
    ],
)
async def test_what_is_wrong_is_said_in_one_line(told: dict[str, str], code: int, said: str) -> None:
    """A setting, a checkpoint or a broker that does not work ends the worker with a message and its exit code."""
    pipe = asyncio.subprocess.PIPE
    given = {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1", **told}
    child = await asyncio.create_subprocess_exec(*PROGRAM, env=environ(given), stdout=pipe, stderr=pipe)
    out, err = await child.communicate()
    last = err.decode().strip().splitlines()[-1]
    assert child.returncode == code, err.decode()
    assert last.startswith("error: ") and said in last
    assert out == b""
