"""Three stages that overlap: take (decode and tokenise), score (the device), deliver (publish and commit)."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from emotionstream.consumers.emotion_worker.delivery import Committer
from emotionstream.consumers.emotion_worker.device import Device
from emotionstream.consumers.emotion_worker.flow import Flow, Inbox, size_of
from emotionstream.consumers.emotion_worker.intake import Intake
from emotionstream.consumers.emotion_worker.item import Item
from emotionstream.consumers.emotion_worker.metrics import WorkerMetrics
from emotionstream.consumers.emotion_worker.outcome import Outgoing, next_offsets, outgoing
from emotionstream.consumers.emotion_worker.source import Records
from emotionstream.consumers.emotion_worker.vitals import Vitals
from emotionstream.schemas.events import ModelInfo
from emotionstream.schemas.settings.worker import WorkerSettings


@dataclass(slots=True)
class Pipeline:
    """One run of the worker. At most one turn is tokenised, one on the device and one being delivered at a time."""

    source: Records
    intake: Intake
    device: Device
    committer: Committer
    model: ModelInfo
    flow: Flow
    vitals: Vitals
    metrics: WorkerMetrics
    settings: WorkerSettings
    max_message_bytes: int
    inbox: Inbox = field(default_factory=Inbox)
    outbox: "asyncio.Queue[list[Item] | None]" = field(default_factory=lambda: asyncio.Queue(maxsize=1))

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop`` is set and what was taken is delivered."""
        async with asyncio.TaskGroup() as stages:
            stages.create_task(self.take(stop))
            stages.create_task(self.score())
            stages.create_task(self.deliver())

    async def take(self, stop: asyncio.Event) -> None:
        """Stage 1: whatever has queued up in Kafka becomes items with tokens."""
        while not stop.is_set():
            records = await self.source.take(await self._room())
            self.flow.enter(len(records), sum(record.size for record in records))
            with self.metrics.stage("take"):
                # Asked at once, before anything can be given up: with these records it goes through the stages.
                self.inbox.put(await self.intake.prepare(records, self.flow.epoch))
            await self._observe()
        self.inbox.close()

    async def score(self) -> None:
        """Stage 2: whatever has queued up in the inbox, up to a budget, goes through the device."""
        while turn := await self.inbox.take(self.settings.turn_messages, self.settings.turn_tokens):
            with self.metrics.stage("score"):
                scored = await self._scored(self.flow.drop_stale(turn))
            await self.outbox.put(scored)
        await self.outbox.put(None)

    async def deliver(self) -> None:
        """Stage 3: results and rejections become durable, then the offsets."""
        while (turn := await self.outbox.get()) is not None:
            items = self.flow.drop_stale(turn)
            with self.metrics.stage("deliver"):
                outputs = self._outputs(items, datetime.now(UTC))
                done = await self.committer.deliver(outputs, next_offsets(items))
            self.flow.leave(len(items), size_of(items))
            self._note(
                [item for item in items if item.record.position.partition in done],
                [output for output in outputs if output.partition in done],
            )

    async def _room(self) -> int:
        """How many records may be taken now: none while the device fails."""
        if not self.device.works:
            return 0
        # While a full turn waits, more would only be taken in driblets: what queues up in Kafka is taken as one.
        await self.inbox.wait_below(self.settings.turn_messages, self.settings.hold_seconds)
        await self.flow.wait_for_room(self.settings.hold_seconds)
        return self.flow.room

    async def _scored(self, items: Sequence[Item]) -> list[Item]:
        """The same items in the same order, learners' messages with their scores."""
        waiting = [item.encoded for item in items if item.encoded is not None]
        scores = iter(await self.device.score(waiting) if waiting else ())
        scored = [item if item.encoded is None else replace(item, score=next(scores)) for item in items]
        self.intake.forget(item for item in scored if item.unscorable)
        return scored

    def _outputs(self, items: Sequence[Item], now: datetime) -> list[Outgoing]:
        answers = (outgoing(item, self.model, now, self.max_message_bytes) for item in items)
        return [answer for answer in answers if answer is not None]

    def _note(self, items: Sequence[Item], outputs: Sequence[Outgoing]) -> None:
        if items:
            self.vitals.progress(time.monotonic())
        self.metrics.note_delivered(items, outputs, datetime.now(UTC))

    async def _observe(self) -> None:
        lag = await self.source.lag()
        self.vitals.observe(sum(lag.values()), time.monotonic())
        self.metrics.note_load(self.flow.in_flight, lag)
