"""Mutated and good records into the topics of a running chain, and where each of them came to stand."""

import random
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from fuzz_bases import Raw, others
from fuzz_decoder import record_of
from fuzz_mutations import mutated
from odd_headers import ODD, odd_builder

from emotionstream.schemas.events import ChatMessage
from emotionstream.schemas.position import Headers, Record, SourcePosition
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Topic, topic_name

GOOD_EACH: Final = 4
ODD_NAME_EACH: Final = 500
"""Of so many records two have a header whose name is not UTF-8, one of them past the first stage."""
OTHERS_EACH: Final = 10
"""Of so many records one goes past the first stage, into a topic that the system itself writes."""
_BATCH_RECORDS: Final = 40
_BATCH_BYTES: Final = 900_000


@dataclass(frozen=True, slots=True)
class Fed:
    """A record that Kafka has, as its readers see it. ``said``: the good message that was put in.

    ``mutated``: it was put past the first stage, and is not as we would write it.
    """

    topic: Topic
    record: Record
    said: ChatMessage | None = None
    mutated: bool = False


@dataclass(frozen=True, slots=True)
class _Waiting:
    topic: Topic
    raw: Raw
    said: ChatMessage | None = None
    mutated: bool = False
    odd: bool = False

    @property
    def bytes(self) -> int:
        return len(self.raw.value or b"") + sum(len(name) + len(value or b"") + 10 for name, value in self.raw.headers)


def records(seed: int, count: int, now: datetime) -> Iterator[_Waiting]:
    """The ``count`` records of the run ``seed``."""
    for number in range(count):
        rng, said = random.Random(f"{seed}:{number}:feed"), None
        changed = False
        if number % OTHERS_EACH == 1:
            topic, base = rng.choice(list(others(rng, number).items()))
            other = others(rng, number - 1)[topic]
            changed = rng.random() >= 1 / GOOD_EACH
            raw = mutated(rng, base, other) if changed else base.raw(rng)
        else:
            topic = Topic.CHAT
            raw, said = record_of(seed, number, now, GOOD_EACH)
        if raw.value is None and raw.key is not None:
            # An erase marker is obeyed: of learners who said nothing.
            raw = replace(raw, key=b"erased-" + raw.key[:40])
        yield _Waiting(topic, raw, said, changed, odd=number % ODD_NAME_EACH <= 1)


async def feed(kafka: KafkaSettings, topics: TopicSettings, waiting: Iterator[_Waiting]) -> list[Fed]:
    """Put every record into its topic, each user's always into one partition. What stands where."""
    fed: list[Fed] = []
    batches: dict[tuple[Topic, int], list[_Waiting]] = {}
    async with AIOKafkaProducer(
        **kafka.client_options(), acks="all", max_batch_size=_BATCH_BYTES, max_request_size=_BATCH_BYTES + 100_000
    ) as producer:
        for item in waiting:
            place = item.topic, zlib.crc32(item.raw.key or b"") % topics.partitions
            batch = batches.setdefault(place, [])
            full = len(batch) >= _BATCH_RECORDS or sum(each.bytes for each in batch) + item.bytes > _BATCH_BYTES // 2
            if batch and (full or item.odd or batch[-1].odd):
                fed += await _send(producer, topics, place, batches.pop(place))
            batches.setdefault(place, []).append(item)
        for place, batch in batches.items():
            fed += await _send(producer, topics, place, batch)
    return fed


async def _send(
    producer: AIOKafkaProducer, topics: TopicSettings, place: tuple[Topic, int], batch: list[_Waiting]
) -> list[Fed]:
    topic, partition = place
    # A record batch takes what `send` refuses: neither key nor value.
    built = producer.create_batch()
    odd: list[tuple[str, bytes]] = [(ODD, b"1")] if batch[0].odd else []
    if odd:
        built._builder = odd_builder()
    now_ms = time.time_ns() // 1_000_000
    for item in batch:
        headers: list[Any] = [*item.raw.headers, *odd]
        if built.append(timestamp=now_ms, key=item.raw.key, value=item.raw.value, headers=headers) is None:
            raise RuntimeError("a batch was too small")
    name = topic_name(topic, topics)
    base = await (await producer.send_batch(built, name, partition=partition))
    # Under LogAppendTime all of a batch have the broker's time, and under CreateTime ours.
    time_ms = base.timestamp if base.timestamp_type else now_ms
    return [
        Fed(
            topic,
            Record(_position(name, partition, base.offset + n, time_ms), *_content(item)),
            item.said,
            item.mutated,
        )
        for n, item in enumerate(batch)
    ]


def _content(item: _Waiting) -> tuple[bytes | None, bytes | None, Headers]:
    return item.raw.key, item.raw.value, item.raw.headers


def _position(topic: str, partition: int, offset: int, time_ms: int) -> SourcePosition:
    return SourcePosition(topic=topic, partition=partition, offset=offset, timestamp_ms=time_ms)
