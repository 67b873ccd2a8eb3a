"""Mutated and good records through a whole running chain: embedded Kafka, the real model, PostgreSQL."""

import asyncio
import os
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import psutil
from fuzz_feed import Fed, feed, records
from fuzz_ledger import Ledger, Verdict, come, compare, expected

from emotionstream.cli.say import Say
from emotionstream.cli.stack import Stack
from emotionstream.schemas.settings.intake import IntakeSettings
from emotionstream.schemas.settings.supervisor import SupervisorSettings
from emotionstream.schemas.settings.worker import WorkerSettings

PATIENCE: Final = 30.0
"""Seconds without a new record or row after which nothing more is waited for."""
_SAMPLE_SECONDS: Final = 0.5
_MIB: Final = 2**20
_WARM_UP: Final = 0.3
"""Share of a run after which its memory should not grow any more."""


@dataclass
class ChainRun:
    """What a run came to. ``rss``: part -> MiB, sampled while records went through; ``ends``: parts that ended."""

    fed: int
    seconds: float
    verdict: Verdict
    rss: dict[str, list[float]] = field(default_factory=dict)
    ends: dict[str, int] = field(default_factory=dict)

    def memory(self) -> dict[str, dict[str, float]]:
        """By part: MiB after the warm-up, at most, and at the end."""
        told = {}
        for name, samples in self.rss.items():
            later = samples[round(len(samples) * _WARM_UP) :]
            told[name] = {"warm": round(later[0], 1), "most": round(max(later), 1), "end": round(later[-1], 1)}
        return told


async def run_chain(seed: int, count: int, say: Say, environ: Mapping[str, str] | None = None) -> ChainRun:
    """``count`` records through a chain of its own in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="emotionstream-fuzz-", ignore_cleanup_errors=True) as folder:
        told = {"EMOTIONSTREAM_EMBEDDED_FOLDER": folder, "EMOTIONSTREAM_LOG_LEVEL": "error", **os.environ}
        async with Stack(SupervisorSettings.load(), {**told, **(environ or {})}, say=say) as stack:
            say(f"{count} records, seed {seed}")
            began = time.monotonic()
            sampling = asyncio.create_task(_sample(stack, rss := {}))
            fed = await feed(stack.kafka, stack.topics, records(seed, count, datetime.now(UTC)))
            say(f"published in {time.monotonic() - began:.0f} s; waiting for what comes of them")
            wanted = expected(fed, IntakeSettings.load(told), WorkerSettings.load(told))
            verdict = await _settled(stack, fed, wanted)
            seconds = time.monotonic() - began
            sampling.cancel()
            ends = {name: state.restarts for name, state in stack.parts.items() if state.restarts}
            return ChainRun(len(fed), seconds, verdict, rss, ends)


async def _settled(stack: Stack, fed: list[Fed], wanted: Ledger) -> Verdict:
    """The verdict once it is clean, or once nothing has come for ``PATIENCE`` seconds."""
    url = stack.database.url
    if url is None:
        raise RuntimeError("the stack has no database")
    before, since = -1, time.monotonic()
    while True:
        found, leaked = await come(fed, stack.kafka, stack.topics, url.get_secret_value())
        verdict = compare(fed, wanted, found, leaked)
        there = sum(map(len, found.ids.values()))
        if there != before:
            before, since = there, time.monotonic()
        if verdict.clean or time.monotonic() - since > PATIENCE:
            return verdict
        await asyncio.sleep(5)


async def _sample(stack: Stack, rss: dict[str, list[float]]) -> None:
    while True:
        services = {"kafka": stack.kafka_service, "postgres": stack.postgres_service}
        pids = {name: service.pid for name, service in services.items() if service is not None}
        for name, pid in (pids | {name: state.pid for name, state in stack.parts.items()}).items():
            with suppress(psutil.Error):
                rss.setdefault(name, []).append(_resident(psutil.Process(pid)) / _MIB)
        await asyncio.sleep(_SAMPLE_SECONDS)


def _resident(process: psutil.Process) -> int:
    """Of a process and its children; shared memory of PostgreSQL counts in each."""
    return sum(each.memory_info().rss for each in (process, *process.children(recursive=True)))
