"""What stands in the topics: every committed record, sorted by what it answers. Filled live, and afresh at the end."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from faults.load import TAG

from emotionstream.consumers.fetched import as_record
from emotionstream.schemas.events import EmotionResult, Intervention
from emotionstream.schemas.position import Record, SourcePosition
from emotionstream.schemas.rejections import parse_rejection
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Topic, topic_name
from emotionstream.state.snapshot import LearnerState

Place = tuple[int, int]
"""Partition and offset of a chat record."""
READ: Final = (
    Topic.CHAT,
    Topic.RESULTS,
    Topic.CHAT_DLQ,
    Topic.RESULTS_DLQ,
    Topic.INTERVENTIONS,
    Topic.LEARNERS_CHANGELOG,
)


def place_of(source: SourcePosition) -> Place:
    """Partition and offset."""
    return source.partition, source.offset


@dataclass(slots=True)
class Tally:
    """Records by what they are. Lists keep the order of each partition."""

    chat: dict[Place, Record] = field(default_factory=dict)
    numbers: dict[Place, int] = field(default_factory=dict)
    """Chat record -> its number in the lesson."""
    results: list[EmotionResult] = field(default_factory=list)
    rejects: list[SourcePosition] = field(default_factory=list)
    """Chat records with a dead letter."""
    refused: list[SourcePosition] = field(default_factory=list)
    """Result records with a dead letter: none of ours should be."""
    answers: Counter[Place] = field(default_factory=Counter)
    interventions: list[Intervention] = field(default_factory=list)
    table: dict[str, bytes] = field(default_factory=dict)
    folded: dict[int, int] = field(default_factory=lambda: defaultdict(lambda: -1))
    """Partition -> the highest chat offset in the changelog."""
    scored: dict[int, int] = field(default_factory=lambda: defaultdict(lambda: -1))
    """Partition -> the highest chat offset among the results."""

    def note(self, topic: Topic, found: ConsumerRecord) -> None:
        """One more record."""
        record = as_record(found)
        match topic:
            case Topic.CHAT:
                place = place_of(record.position)
                self.chat[place] = record
                self.numbers[place] = int(dict(record.headers)[TAG])
            case Topic.RESULTS:
                result = EmotionResult.model_validate_json(record.value or b"")
                self.results.append(result)
                self.answers[place_of(result.source)] += 1
                partition, offset = place_of(result.source)
                self.scored[partition] = max(offset, self.scored[partition])
            case Topic.CHAT_DLQ:
                source = _rejected(record)
                self.rejects.append(source)
                self.answers[place_of(source)] += 1
            case Topic.RESULTS_DLQ:
                self.refused.append(_rejected(record))
            case Topic.INTERVENTIONS:
                self.interventions.append(Intervention.model_validate_json(record.value or b""))
            case _:
                self._fold(record)

    def _fold(self, record: Record) -> None:
        assert record.key is not None and record.value is not None
        self.table[record.key.decode()] = record.value
        last = LearnerState.from_json(record.value).folded
        self.folded[last.partition] = max(last.offset, self.folded[last.partition])

    @property
    def raised(self) -> set[str]:
        """Ids of the interventions."""
        return {str(each.intervention_id) for each in self.interventions}


def _rejected(record: Record) -> SourcePosition:
    letter = parse_rejection(record.headers)
    assert letter is not None
    return letter.source


@asynccontextmanager
async def _reader(kafka: KafkaSettings, topics: TopicSettings) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(
        **kafka.client_options(), auto_offset_reset="earliest", isolation_level="read_committed", fetch_max_wait_ms=100
    )
    await consumer.start()
    consumer.assign([TopicPartition(topic_name(t, topics), p) for t in READ for p in range(topics.partitions)])
    try:
        yield consumer
    finally:
        await consumer.stop()


async def follow(tally: Tally, kafka: KafkaSettings, topics: TopicSettings) -> None:
    """Note every record as it comes, until cancelled."""
    names = {topic_name(topic, topics): topic for topic in READ}
    async with _reader(kafka, topics) as reader:
        while True:
            for tp, records in (await reader.getmany(timeout_ms=200, max_records=500)).items():
                for record in records:
                    tally.note(names[tp.topic], record)
            await asyncio.sleep(0)


async def read_all(kafka: KafkaSettings, topics: TopicSettings) -> Tally:
    """Everything that stands there now."""
    names = {topic_name(topic, topics): topic for topic in READ}
    tally = Tally()
    async with _reader(kafka, topics) as reader:
        ends = await reader.end_offsets(reader.assignment())
        while any([await reader.position(tp) < end for tp, end in ends.items()]):
            for tp, records in (await reader.getmany(timeout_ms=200)).items():
                for record in records:
                    tally.note(names[tp.topic], record)
    return tally
