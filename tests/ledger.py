"""What went in beside what came out: nothing missing, nothing twice, everything in order."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bad_records import good_message
from worker_chain import Chain

from emotionstream.schemas.events import EmotionResult
from emotionstream.schemas.position import Headers
from emotionstream.schemas.rejections import parse_rejection
from emotionstream.schemas.topics import Topic

Place = tuple[int, int]
"""Partition and offset of a chat record."""
USERS = 9
BAD_EACH = 10
"""Every so many records one is no JSON."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """The differences between input and committed output."""

    missing: frozenset[Place]
    doubled: frozenset[Place]
    disordered: int
    """Results that stand after one of a later chat record, where the partition was the same."""

    @property
    def clean(self) -> bool:
        """Whether every input was answered once, and in order."""
        return not (self.missing or self.doubled or self.disordered)


def balance(wanted: Sequence[Place], results: Sequence[Place], rejects: Sequence[Place]) -> Ledger:
    """Compare ``wanted`` with ``results`` in the order in which they stand in their partitions, and ``rejects``."""
    answers = Counter([*results, *rejects])
    last: dict[int, int] = {}
    disordered = 0
    for partition, offset in results:
        disordered += offset < last.get(partition, -1)
        last[partition] = offset
    return Ledger(
        missing=frozenset(set(wanted) - answers.keys()),
        doubled=frozenset(place for place, count in answers.items() if count > 1),
        disordered=disordered,
    )


async def lesson(chain: Chain, count: int, start: int = 0) -> list[Place]:
    """Publish ``count`` records of several users, some of them bad. Where each stands."""
    records: list[tuple[bytes | None, bytes | None, Headers]] = []
    for n in range(start, start + count):
        message = good_message(f"m-{n}", f"user-{n % USERS}")
        records.append((message.user_id.encode(), b"{" if n % BAD_EACH == 0 else message.to_json(), ()))
    return [(sent.partition, sent.offset) for sent in await chain.put(records)]


async def balanced(chain: Chain, wanted: Sequence[Place]) -> Ledger:
    """The ledger of what is committed now."""
    results = [EmotionResult.model_validate_json(found.value).source for found in await chain.all(Topic.RESULTS)]
    letters = [parse_rejection(tuple(found.headers)) for found in await chain.all(Topic.CHAT_DLQ)]
    rejects = [letter.source for letter in letters if letter is not None]
    return balance(
        wanted,
        [(source.partition, source.offset) for source in results],
        [(source.partition, source.offset) for source in rejects],
    )


async def until_committed(chain: Chain, wanted: Sequence[Place], seconds: float = 60) -> None:
    """Wait until the group has committed all of ``wanted``.

    Raises:
        TimeoutError: it does not within ``seconds``.
    """
    ends = {partition: offset + 1 for partition, offset in sorted(wanted)}
    async with asyncio.timeout(seconds):
        while any((offset or 0) < ends.get(partition, 0) for partition, offset in (await chain.committed()).items()):  # noqa: ASYNC110 - Kafka has no event for it
            await asyncio.sleep(0.2)
