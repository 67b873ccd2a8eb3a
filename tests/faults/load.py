"""What goes in: a lesson with good records, bad ones, repeats and transactions that are taken back, by a seed."""

import asyncio
import random
import time
import zlib
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from aiokafka import AIOKafkaProducer
from bad_records import bad_records

from emotionstream.schemas.events import ChatMessage
from emotionstream.schemas.settings.intake import IntakeSettings
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Topic, topic_name

LEARNERS: Final = 60
TAG: Final = "bench"
"""Header that says what a record is, and its number."""
WEEK: Final = timedelta(days=7)
RHYTHM: Final = timedelta(seconds=0.5)
SMALL: Final = 20_000
TICK_SECONDS: Final = 0.1
TRANSACTION_RECORDS: Final = 10
TEXTS: Final = ("I see it now", "this is hard", "why does it work?", "I give up", "great, thank you", "again?")


class Kind(StrEnum):
    """What must become of a record."""

    GOOD = "good"
    """A result."""
    BAD = "bad"
    """A dead letter."""
    REPEAT = "repeat"
    """The message before it again: a dead letter, or a result where the window of recent ids began anew."""


@dataclass(frozen=True, slots=True)
class Mix:
    """The lesson: shares of the records, each of them in [0, 1], and how many come in a second."""

    rate: float = 120.0
    poison: float = 0.02
    repeats: float = 0.02
    week_off: float = 0.0
    aborted: float = 0.0


@dataclass(frozen=True, slots=True)
class Item:
    """One record of the lesson."""

    kind: Kind
    number: int
    partition: int
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes]]


def lesson(mix: Mix, dice: random.Random, partitions: int) -> Iterator[Item]:
    """Records without end. The same ``dice`` give the same lesson, but for its times."""
    bad = [
        each for each in bad_records(IntakeSettings()) if (each.key or each.value) and len(each.value or b"") < SMALL
    ]
    last = _good(0, mix, dice)
    number = 0
    while True:
        number += 1
        tag = [(TAG, str(number).encode())]
        chance = dice.random()
        if chance < mix.poison:
            found = dice.choice(bad)
            place = dice.randrange(partitions) if found.key is None else partition_of(found.key, partitions)
            yield Item(Kind.BAD, number, place, found.key, found.value, [*found.headers, *tag])
            continue
        kind = Kind.REPEAT if chance < mix.poison + mix.repeats and number > 1 else Kind.GOOD
        message = last if kind is Kind.REPEAT else _good(number, mix, dice)
        last, key = message, message.user_id.encode()
        yield Item(kind, number, partition_of(key, partitions), key, message.to_json(), tag)


def partition_of(key: bytes, partitions: int) -> int:
    """Where a learner's records go."""
    return zlib.crc32(key) % partitions


def _good(number: int, mix: Mix, dice: random.Random) -> ChatMessage:
    learner = dice.randrange(LEARNERS)
    # A learner's turns are half a minute apart, so that interventions follow each other; a few are a week late.
    sent_at = _began() + number * RHYTHM - (WEEK if dice.random() < mix.week_off else timedelta())
    return ChatMessage(
        message_id=f"m-{number}",
        user_id=f"learner-{learner}",
        session_id=f"s-{learner}",
        text=f"{dice.choice(TEXTS)} {dice.randrange(1000)}",
        sent_at=sent_at,
    )


def _began() -> datetime:
    """Long enough ago for a lesson of 170,000 records."""
    return datetime.now(UTC) - timedelta(days=1)


class Load:
    """Publishes a lesson at a rate; what was acknowledged, and not taken back, is in ``sent``."""

    def __init__(self, items: Iterator[Item], mix: Mix, producer: AIOKafkaProducer, chat: str, dice: random.Random):
        self.sent: dict[int, Kind] = {}
        self._items = items
        self._mix = mix
        self._producer = producer
        self._chat = chat
        self._dice = dice

    async def publish(self, count: int, until: asyncio.Event | None = None) -> None:
        """At least ``count`` records, and on until ``until`` is set."""
        began, done = time.monotonic(), 0
        while done < count or (until is not None and not until.is_set()):
            due = int((time.monotonic() - began) * self._mix.rate) + 1 - done
            if due > 0:
                batch = [next(self._items) for _ in range(min(due, int(self._mix.rate)))]
                await self._send(batch)
                done += len(batch)
            await asyncio.sleep(TICK_SECONDS)

    async def _send(self, batch: Sequence[Item]) -> None:
        if not self._mix.aborted:
            await self._acknowledged(batch)
            self._note(batch)
            return
        for start in range(0, len(batch), TRANSACTION_RECORDS):
            part = batch[start : start + TRANSACTION_RECORDS]
            await self._producer.begin_transaction()
            await self._acknowledged(part)
            if self._dice.random() < self._mix.aborted:
                await self._producer.abort_transaction()
            else:
                await self._producer.commit_transaction()
                self._note(part)

    async def _acknowledged(self, batch: Sequence[Item]) -> None:
        answers = [
            await self._producer.send(
                self._chat, item.value, item.key, partition=item.partition, headers=list(item.headers)
            )
            for item in batch
        ]
        await asyncio.gather(*answers)

    def _note(self, batch: Sequence[Item]) -> None:
        self.sent.update((item.number, item.kind) for item in batch)


@asynccontextmanager
async def open_load(kafka: KafkaSettings, topics: TopicSettings, mix: Mix, dice: random.Random) -> AsyncIterator[Load]:
    """A publisher of ``mix``, connected."""
    own = {"transactional_id": f"{topics.prefix}publisher"} if mix.aborted else {"enable_idempotence": True}
    producer = AIOKafkaProducer(**kafka.client_options(), acks="all", linger_ms=2, **own)
    await producer.start()
    try:
        yield Load(lesson(mix, dice, topics.partitions), mix, producer, topic_name(Topic.CHAT, topics), dice)
    finally:
        await producer.stop()
