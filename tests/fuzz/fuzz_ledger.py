"""What must come of what was fed to a chain, and what came: by position, in Kafka and in PostgreSQL."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import asyncpg
from aiokafka.structs import ConsumerRecord
from fuzz_checks import leaks
from fuzz_feed import Fed

from emotionstream.consumers.emotion_worker.duplicates import RecentMessages
from emotionstream.consumers.emotion_worker.intake import sort_out
from emotionstream.consumers.reader import open_reader
from emotionstream.consumers.recorder.decode import decode
from emotionstream.schemas.events import ChatMessage, EmotionResult, Intervention, InterventionOutcome, Rejection, Role
from emotionstream.schemas.position import SourcePosition, rejection_id, result_id
from emotionstream.schemas.rejections import parse_rejection
from emotionstream.schemas.settings.history import HistorySettings
from emotionstream.schemas.settings.intake import IntakeSettings
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.subscriber import SubscriberSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.settings.worker import WorkerSettings
from emotionstream.schemas.topics import Topic, topic_name
from emotionstream.state.intake import decode_result

Ids = Counter[UUID]
Offset = tuple[str, int, int]
_TABLES: Final = {
    "messages": "result_id",
    "results": "result_id",
    "interventions": "intervention_id",
    "outcomes": "outcome_id",
    "rejections": "rejection_id",
}


@dataclass
class Ledger:
    """Ids by where they are: topics (``results``, ``dlq``, ``results_dlq``) and tables (``table messages``, ...).

    ``refusable``: an id -> that of the rejection which stands for it where the database does not take the row, as for
    an offset of 40 digits. Only what we would not write ourselves may be refused.
    """

    ids: dict[str, Ids] = field(default_factory=dict)
    refusable: dict[UUID, UUID] = field(default_factory=dict)

    def add(self, place: str, found: UUID) -> None:
        """One more."""
        self.ids.setdefault(place, Counter())[found] += 1


@dataclass
class Verdict:
    """The differences, counted by place. ``refused``: what the database did not take, and the recorder set aside."""

    missing: dict[str, int] = field(default_factory=dict)
    doubled: dict[str, int] = field(default_factory=dict)
    unasked: dict[str, int] = field(default_factory=dict)
    refused: int = 0
    good: int = 0
    good_lost: int = 0
    leaked: int = 0

    @property
    def clean(self) -> bool:
        """Whether everything is where it should be, once."""
        return not (self.missing or self.doubled or self.unasked or self.good_lost or self.leaked)


def expected(fed: Iterable[Fed], intake: IntakeSettings, worker: WorkerSettings) -> Ledger:
    """What the parts must make of ``fed``."""
    ledger, recent = Ledger(), RecentMessages(worker.recent_ids)
    for each in sorted(fed, key=lambda each: (each.record.position.partition, each.record.position.offset)):
        record = each.record
        if each.topic is Topic.CHAT:
            found = sort_out(record, 0, recent, intake).found
            if isinstance(found, Rejection):
                ledger.add("dlq", found.rejection_id)
                ledger.add("table rejections", found.rejection_id)
            elif found is not None:
                ledger.add("results", result_id(record.position))
                ledger.add("table results", result_id(record.position))
        if each.topic is Topic.RESULTS and isinstance(refused := _state(record), Rejection):
            ledger.add("results_dlq", refused.rejection_id)
            ledger.add("table rejections", refused.rejection_id)
        kept = decode(each.topic, record, intake)
        if kept is not None:
            table, found_id = _row(record.position, kept)
            ledger.add(f"table {table}", found_id)
            if each.mutated and table != "rejections":
                ledger.refusable[found_id] = rejection_id(record.position, "recorder")
    return ledger


def compare(fed: Iterable[Fed], wanted: Ledger, found: Ledger, leaked: int) -> Verdict:
    """Where ``found`` differs from ``wanted``."""
    kept = found.ids.get("table rejections", Counter())
    refused = {each: instead for each, instead in wanted.refusable.items() if instead in kept}
    verdict = Verdict(leaked=leaked, refused=len(refused))
    for place, ids in wanted.ids.items():
        there = found.ids.get(place, Counter())
        gone = [each for each in ids if each not in there and each not in refused]
        if gone:
            verdict.missing[place] = len(gone)
    for place, there in found.ids.items():
        ids = wanted.ids.get(place, Counter()) + (
            Counter(refused.values()) if place == "table rejections" else Counter()
        )
        if twice := sum(count > 1 for count in there.values()):
            verdict.doubled[place] = twice
        if extra := sum(each not in ids for each in there) if place != "table interventions" else 0:
            verdict.unasked[place] = extra
    for each in fed:
        if each.said is not None:
            verdict.good += 1
            verdict.good_lost += not _is_there(result_id(each.record.position), each.said.role, found)
    return verdict


async def come(fed: Iterable[Fed], kafka: KafkaSettings, topics: TopicSettings, url: str) -> tuple[Ledger, int]:
    """What is in Kafka and in PostgreSQL now; and how many reasons repeat what a record held."""
    ledger, leaked = Ledger(), 0
    given = {_offset(each.record.position) for each in fed}
    names = {topic_name(topic, topics): topic for topic in (Topic.RESULTS, Topic.CHAT_DLQ, Topic.RESULTS_DLQ)}
    async with open_reader(list(names), kafka, SubscriberSettings(), from_beginning=True) as reader:
        ends = await reader.end_offsets(reader.assignment())
        while any([await reader.position(place) < end for place, end in ends.items()]):
            for record in (each for part in (await reader.getmany(timeout_ms=200)).values() for each in part):
                leaked += _note(ledger, names[record.topic], record, given)
    connection = await asyncpg.connect(url, server_settings={"search_path": HistorySettings().db_schema})
    try:
        for table, column in _TABLES.items():
            for row in await connection.fetch(f"SELECT {column} FROM {table}"):
                ledger.add(f"table {table}", UUID(str(row[0])))
    finally:
        await connection.close()
    return ledger, leaked


def _note(ledger: Ledger, topic: Topic, record: ConsumerRecord, given: set[Offset]) -> bool:
    """Note what a record of an output topic says; whether its reason repeats content. What was fed is left out."""
    if _offset(record) in given:
        return False
    if topic is Topic.RESULTS:
        ledger.add("results", EmotionResult.model_validate_json(record.value).result_id)
        return False
    rejection = parse_rejection(tuple(record.headers))
    if rejection is None:
        raise AssertionError(f"a dead letter of ours without a reason: {_offset(record)}")
    ledger.add("dlq" if topic is Topic.CHAT_DLQ else "results_dlq", rejection.rejection_id)
    return leaks(rejection.reason)


def _offset(place: Any) -> Offset:
    return place.topic, place.partition, place.offset


def _state(record: Any) -> EmotionResult | Rejection | None:
    return None if record.value is None and record.key is not None else decode_result(record)


def _row(where: SourcePosition, kept: Any) -> tuple[str, UUID]:
    match kept:
        case ChatMessage():
            return "messages", result_id(where)
        case EmotionResult():
            return "results", kept.result_id
        case Intervention():
            return "interventions", kept.intervention_id
        case InterventionOutcome():
            return "outcomes", kept.outcome_id
        case Rejection():
            return "rejections", kept.rejection_id
    raise AssertionError(type(kept))


def _is_there(wanted: UUID, role: Role, found: Ledger) -> bool:
    """Whether a good message is in the history, and, of a learner, its result too, and once in Kafka."""
    places = ("table messages", *(("results", "table results") if role is Role.LEARNER else ()))
    return all(found.ids.get(place, Counter())[wanted] == 1 for place in places)
