"""Running the command line as a user does: a process of its own, its output and its exit code."""

import asyncio
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from emotionstream.schemas.settings.topics import TopicSettings


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


def environ(kafka: str, topics: TopicSettings, **changes: str) -> dict[str, str]:
    """The environment in which commands find the test's broker and topics, and nothing of whoever runs the tests."""
    plain = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    plain["EMOTIONSTREAM_EMBEDDED_FOLDER"] = "/nonexistent"
    return {**plain, "KAFKA_BOOTSTRAP_SERVERS": kafka, **topics.env(), **changes}


async def start(*args: str, env: Mapping[str, str]) -> asyncio.subprocess.Process:
    """``emotionstream ARGS`` as a process with pipes."""
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "emotionstream.cli.main", *args, env=dict(env), stdin=pipe, stdout=pipe, stderr=pipe
    )


async def run(*args: str, env: Mapping[str, str], stdin: bytes = b"") -> Ended:
    """``emotionstream ARGS`` until it ends."""
    process = await start(*args, env=env)
    out, err = await process.communicate(stdin)
    assert process.returncode is not None
    return Ended(process.returncode, out.decode(), err.decode())
