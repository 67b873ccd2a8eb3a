"""What the README shows is what the program does."""

import asyncio
import re
import shlex
import signal
import sys
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from command import environ, run
from examples import intervention

from emotionstream.cli.registry import COMMANDS
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Topic, topic_name

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
PROGRAMS = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
COMMAND_LINES = [line.split("#")[0].strip() for line in README.splitlines() if re.match(r"\s{4}emotionstream ", line)]
LINK = re.compile(r"\]\(([^)#:]+)\)")


async def test_the_publishing_program_prints_a_position(kafka: str, topics: TopicSettings) -> None:
    """The backend developer's program works as printed."""
    code, out = await program(PROGRAMS[0], kafka, topics, seconds=30)
    assert code == 0
    assert re.match(rf"{re.escape(topic_name(Topic.CHAT, topics))}:\d+:0@\d+", out)


async def test_the_subscribing_program_prints_an_intervention(kafka: str, topics: TopicSettings) -> None:
    """The tutor's program works as printed: it goes on until Ctrl-C, which it takes without a traceback."""
    raised = intervention()
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        await producer.send_and_wait(topic_name(Topic.INTERVENTIONS, topics), raised.to_json(), raised.user_id.encode())
    code, out = await program(PROGRAMS[1], kafka, topics, seconds=60, until=str(raised.intervention_id))
    assert code == 0
    assert "Traceback" not in out
    assert f"{raised.intervention_id} ada needs moderate help" in out


@pytest.mark.parametrize("line", COMMAND_LINES)
async def test_every_command_line_is_understood(line: str, kafka: str, topics: TopicSettings) -> None:
    """Each command and option that the README shows exists (`--help` stops it before it acts)."""
    words = shlex.split(line)[1:]
    assert words[0] in {entry.name for entry in COMMANDS}
    helped = await run(*words, "--help", env=environ(kafka, topics))
    assert helped.code == 0, helped.err
    for option in (word for word in words if word.startswith("--") and word != "--help"):
        assert option in helped.out


def test_every_link_leads_somewhere() -> None:
    """A file that the README links to is there."""
    missing = [target for target in LINK.findall(README) if not (ROOT / target).exists()]
    assert not missing


async def program(
    source: str, kafka: str, topics: TopicSettings, *, seconds: float, until: str | None = None
) -> tuple[int, str]:
    """Run ``source`` until it ends, or until it has printed ``until`` and Ctrl-C ends it; its exit code and output."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-u",
        "-c",
        source,
        env=environ(kafka, topics),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    printed = []
    try:
        async with asyncio.timeout(seconds):
            while line := (await process.stdout.readline()).decode():
                printed.append(line)
                if until is not None and until in line:
                    process.send_signal(signal.SIGINT)
            await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode or 0, "".join(printed)
