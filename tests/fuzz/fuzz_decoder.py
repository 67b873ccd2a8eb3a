"""Many mutated chat records through the worker's decoder, in several processes; each record follows from its number."""

import hashlib
import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import psutil
from fuzz_bases import Raw, chat
from fuzz_checks import Found, faults
from fuzz_mutations import mutated

from emotionstream.consumers.emotion_worker.duplicates import RecentMessages
from emotionstream.consumers.emotion_worker.intake import sort_out
from emotionstream.schemas.events import ChatMessage, Rejection
from emotionstream.schemas.position import Record, SourcePosition
from emotionstream.schemas.settings.intake import IntakeSettings

NOW: Final = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
GOOD_EACH: Final = 10
"""One record in so many is good."""
_NOW_MS: Final = int(NOW.timestamp()) * 1_000
_ODD_TIMES: Final = (0, 1, 946_684_800_000, 253_402_300_799_999, 253_402_300_800_000, 2**53, 2**63 - 1)
"""Timestamps (ms) that a topic under the producers' clock can hold: the epoch, the year 2000, the last one, beyond."""
_SAMPLES: Final = 200
_WARM_UP: Final = 0.2
"""Share of a run after which its memory should not grow any more."""
_TOLD: Final = 20


@dataclass
class Tally:
    """What a run has seen. ``faults``: number of a record -> what is wrong. ``rss``: MiB, sampled."""

    seen: int = 0
    good: int = 0
    accepted: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    faults: dict[int, list[str]] = field(default_factory=dict)
    faulty: int = 0
    digest: int = 0
    rss: list[float] = field(default_factory=list)

    @property
    def growth(self) -> float:
        """MiB by which memory grew past the warm-up."""
        start = self.rss[round(len(self.rss) * _WARM_UP) :]
        return max(start) - start[0] if start else 0.0


def record_of(
    seed: int, number: int, now: datetime = NOW, good_each: int = GOOD_EACH
) -> tuple[Raw, ChatMessage | None]:
    """Record ``number`` of the run ``seed``, with the message that it must be decoded to where it is a good one."""
    rng = random.Random(f"{seed}:{number}")
    base = chat(rng, number, now)
    if number % good_each == 0:
        return base.raw(rng), base.event
    return mutated(rng, base, chat(rng, number - 1, now)), None


def placed(raw: Raw, seed: int, number: int, *, good: bool) -> Record:
    """The record as if read from Kafka; sometimes with a time that a broken clock gave it."""
    rng = random.Random(f"{seed}:{number}:time")
    time_ms = rng.choice(_ODD_TIMES) if rng.random() < 0.02 and not good else _NOW_MS
    place = SourcePosition(topic="chat", partition=number % 6, offset=number, timestamp_ms=time_ms)
    return Record(place, raw.key, raw.value, raw.headers)


def run_share(seed: int, numbers: range) -> Tally:
    """Every record of ``numbers``, in this process."""
    tally, settings, recent, process = Tally(), IntakeSettings(), RecentMessages(100), psutil.Process()
    each = max(1, len(numbers) // _SAMPLES)
    for count, number in enumerate(numbers):
        raw, good = record_of(seed, number)
        record = placed(raw, seed, number, good=good is not None)
        found, wrong = faults(record, good, settings)
        if not wrong:
            sort_out(record, 0, recent, settings)
        _count(tally, number, good, found, wrong)
        if count % each == 0:
            tally.rss.append(process.memory_info().rss / 2**20)
    return tally


def run(seed: int, count: int, processes: int) -> tuple[Tally, float]:
    """``count`` records in ``processes`` at once; with the seconds it took."""
    began = time.monotonic()
    shares = [range(number, count, processes) for number in range(processes)]
    if processes == 1:
        return run_share(seed, shares[0]), time.monotonic() - began
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        tallies = list(pool.map(run_share, [seed] * processes, shares))
    return added(tallies), time.monotonic() - began


def added(tallies: list[Tally]) -> Tally:
    """All shares as one; of the memory, the share that grew most."""
    total = Tally(rss=max(tallies, key=lambda tally: tally.growth).rss)
    for tally in tallies:
        total.seen += tally.seen
        total.good += tally.good
        total.accepted += tally.accepted
        total.rejected += tally.rejected
        total.faulty += tally.faulty
        total.digest ^= tally.digest
        total.faults |= dict(_first(tally))
    return total


def _first(tally: Tally) -> Iterator[tuple[int, list[str]]]:
    yield from list(tally.faults.items())[:_TOLD]


def _count(tally: Tally, number: int, good: ChatMessage | None, found: Found | None, wrong: list[str]) -> None:
    tally.seen += 1
    tally.good += good is not None
    tally.accepted += isinstance(found, ChatMessage)
    if isinstance(found, Rejection):
        tally.rejected[found.kind.value] += 1
    if wrong:
        tally.faulty += 1
        if len(tally.faults) < _TOLD:
            tally.faults[number] = wrong
    told = f"{number}:{'' if found is None else found.model_dump_json()}"
    # Of all records whatever their order, so that it does not depend on the number of processes.
    tally.digest ^= int.from_bytes(hashlib.blake2b(told.encode(errors="surrogatepass"), digest_size=8).digest())
