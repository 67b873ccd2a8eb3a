"""Iterating over interventions: filter, drop repeats, remember what was taken."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from heapq import merge
from operator import attrgetter
from typing import Self, TypeAlias

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener
from aiokafka.errors import KafkaError
from aiokafka.structs import ConsumerRecord, TopicPartition
from pydantic import ValidationError

from emotionstream.consumers.reader import refused
from emotionstream.consumers.recent import RecentIds
from emotionstream.consumers.taken import TakenOffsets
from emotionstream.consumers.wanted import Wanted
from emotionstream.schemas.events import Intervention
from emotionstream.schemas.settings.subscriber import SubscriberSettings

log = structlog.get_logger()

Raw: TypeAlias = ConsumerRecord


@dataclass(slots=True)
class Counts:
    """What a subscription has met so far."""

    given: int = 0
    filtered: int = 0
    repeats: int = 0
    unreadable: int = 0


class Subscription(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka ships no types
    """Iterates over interventions; made by ``open_subscription``.

    An intervention counts as taken when the next one is asked for, or by ``done``: in a group, one that was given and
    not taken is given again (at least once). Repeats of an ``intervention_id`` within the settings' window are dropped,
    and records that cannot be read are skipped and counted.
    """

    def __init__(self, wanted: Wanted, settings: SubscriberSettings, group: str | None = None) -> None:
        self.counts = Counts()
        self._wanted = wanted
        self._settings = settings
        self._recent = RecentIds(settings.dedup_window)
        self._taken = TakenOffsets(group, settings.commit_interval_seconds)
        self._waiting: deque[Raw] = deque()
        self._given: Raw | None = None
        self._consumer: AIOKafkaConsumer | None = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Intervention:
        self.done()
        while True:
            while self._waiting:
                record = self._waiting.popleft()
                if (intervention := self._accept(record)) is not None:
                    self._given = record
                    return intervention
                self._take(record)
            await self._poll()

    def done(self) -> None:
        """The intervention that was given last is taken: it need not be given again."""
        if self._given is not None:
            self._take(self._given)
            self._given = None

    async def start(self, consumer: AIOKafkaConsumer) -> None:
        """Read from ``consumer``, whose rebalance listener this is."""
        self._consumer = consumer

    async def stop(self) -> None:
        """Commit what was taken."""
        if self._consumer is not None:
            await self._taken.commit(self._consumer)
            self._consumer = None

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Commit before others take over, and drop what they will read again."""
        del revoked
        if self._consumer is not None:
            await self._taken.commit(self._consumer)
        self._waiting.clear()
        self._given = None

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Nothing to do: the consumer goes on where the group committed."""

    async def _poll(self) -> None:
        if self._consumer is None:
            raise StopAsyncIteration
        await self._taken.commit_when_due(self._consumer)
        try:
            polled = await self._consumer.getmany(
                timeout_ms=self._settings.poll_ms, max_records=self._settings.max_poll_records
            )
        except KafkaError as error:
            raise refused(error) from error
        # Of what was fetched together, what was raised first comes first; a partition's records stay in their order.
        self._waiting.extend(merge(*polled.values(), key=attrgetter("timestamp")))

    def _accept(self, record: Raw) -> Intervention | None:
        if record.value is None:
            return None
        try:
            intervention = Intervention.model_validate_json(record.value)
        except ValidationError as error:
            self.counts.unreadable += 1
            log.warning("unreadable intervention skipped", **_place(record), errors=error.error_count())
            return None
        if not self._wanted.wants(intervention):
            self.counts.filtered += 1
            return None
        if not self._recent.is_new(intervention.intervention_id):
            self.counts.repeats += 1
            return None
        self.counts.given += 1
        return intervention

    def _take(self, record: Raw) -> None:
        self._taken.take(TopicPartition(record.topic, record.partition), record.offset)


def _place(record: Raw) -> dict[str, object]:
    return {"topic": record.topic, "partition": record.partition, "offset": record.offset}
