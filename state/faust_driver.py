"""Faust's Kafka driver made strict: nothing unacknowledged is committed, and a rebalance loses no record."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Mapping
from typing import Any, cast

import aiokafka
import faust
from aiokafka.errors import ConsumerStoppedError
from faust.exceptions import ProducerSendError
from faust.transport.consumer import RecordMap
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, FutureMessage, Message, RecordMetadata
from mode.types.services import ServiceT

from emotionstream.state.changelog import Changelog
from emotionstream.state.delivery import DeliveryLog


class StrictProducer(driver.Producer):
    """A producer whose ``flush`` waits for every acknowledgement and raises when a record was not acknowledged.

    Faust's own returns after 0.1 s without progress and does not look at failed sends, and then commits the offsets.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        self.failed: BaseException | None = None
        self.changelog = Changelog(self.app.conf.producer_linger, self._ensure_producer, self._watch)
        self._open: set[asyncio.Future[Any]] = set()
        self._heard = time.monotonic()

    @property
    def unanswered(self) -> float:
        """Seconds since Kafka last acknowledged a record, 0 where none is waiting for that."""
        return time.monotonic() - self._heard if self._open else 0.0

    def send_soon(self, fut: FutureMessage) -> None:
        """Queue a record."""
        self._watch(fut)
        super().send_soon(fut)

    async def send(self, *args: Any, **kwargs: Any) -> Awaitable[RecordMetadata]:
        """Hand a record to aiokafka; the future is done when Kafka has acknowledged it."""
        future = await super().send(*args, **kwargs)
        self._watch(cast("asyncio.Future[RecordMetadata]", future))
        return future

    async def flush(self) -> None:
        """Wait for all that was sent so far. After a crash there is nothing to wait for, and it returns at once.

        Raises:
            ProducerSendError: a record was not acknowledged: what follows from it must not be committed.
        """
        self.changelog.depart()
        if self._open and self.failed is None:
            await asyncio.wait(set(self._open))
        if self.failed is not None and not cast(faust.App, self.app).crashed:
            raise ProducerSendError(f"a record was not acknowledged: {self.failed!r}") from self.failed

    def abandon(self) -> None:
        """Drop what has not been sent: after a crash the next process does the work again."""
        self.changelog.abandon()
        self.buffer.pending = asyncio.Queue()

    def _watch(self, future: asyncio.Future[Any]) -> None:
        if not self._open:
            self._heard = time.monotonic()
        self._open.add(future)
        future.add_done_callback(self._settle)

    def _settle(self, future: asyncio.Future[Any]) -> None:
        self._open.discard(future)
        self._heard = time.monotonic()
        error = asyncio.CancelledError() if future.cancelled() else future.exception()
        self.failed = self.failed or error

    def _settings_extra(self) -> Mapping[str, Any]:
        return {"acks": "all", "enable_idempotence": True}


class ReadCommittedThread(driver.AIOKafkaConsumerThread):
    """Reads no record of an aborted transaction: the worker publishes in transactions."""

    def _create_worker_consumer(self, transport: Any) -> aiokafka.AIOKafkaConsumer:
        consumer = super()._create_worker_consumer(transport)
        # Faust asks for it only under its own exactly-once mode; aiokafka reads this when it starts.
        consumer._isolation_level = "read_committed"
        return consumer


class StrictConsumer(driver.Consumer):
    """Commits nothing once the app has crashed, and knows which records were delivered.

    Going back to the committed offsets and fetching exclude each other, and what was fetched before is dropped: else
    Faust takes records of the old position for new ones, and drops the new ones as old.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.log_of_delivery = DeliveryLog()
        self._position = asyncio.Lock()
        self._seeks = self._fetched_at = 0

    async def perform_seek(self) -> None:
        """Go back to the committed offsets."""
        async with self._position:
            self._seeks += 1
            await super().perform_seek()
            self.log_of_delivery.rewound()

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Message]]:
        """Fetched records, until the position changes under them."""
        seeks: int | None = None
        async for tp, message in super().getmany(timeout):
            seeks = self._fetched_at if seeks is None else seeks
            if seeks != self._seeks:
                break
            read = self._read_offset[tp]
            if read is not None and message.offset < read:
                # Read again after going back. Faust would take it for old, though it may not have been handled.
                self._read_offset[tp] = message.offset
            yield tp, message

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> RecordMap:
        async with self._position:
            records = await super()._getmany(active_partitions, timeout)
            self._fetched_at = self._seeks
            self._note(records)
            return records

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """Keep account of offsets before the record at ``offset_to`` that hold none: a transaction leaves one.

        Faust counts the record itself in. Acknowledged, it is there twice, and a commit goes on to the next such record
        only, however far the work is. It also sorts all gaps at every new one, which takes the square of a backlog.
        """
        gaps, committed = self._gap[tp], self._committed_offset[tp]
        first = offset_from if committed is None else max(offset_from, committed + 1)
        if first < offset_to:
            known = gaps.overlaps(first, offset_to)
            gaps.addi(first, offset_to)
            if known:
                # Read again after going back.
                gaps.merge_overlaps()

    def _note(self, records: RecordMap) -> None:
        now = time.monotonic()
        for tp, found in records.items():
            # No agent handles the changelog's records: they would be remembered for ever.
            if self.app.topics.acks_enabled_for(tp.topic):
                self.log_of_delivery.delivered((tp.topic, tp.partition), [record.offset for record in found], now)

    def _new_consumer_thread(self) -> ReadCommittedThread:
        return ReadCommittedThread(self, loop=self.loop, beacon=self.beacon)

    async def commit_and_end_transactions(self) -> None:
        """The last commit, of a stop or a rebalance: one under way may have begun before the last records were done."""
        await self.maybe_wait_for_commit_to_finish()
        await super().commit_and_end_transactions()

    async def _drain_messages(self, fetcher: ServiceT) -> None:
        """Records from the client to the agent. Faust's own loop makes two tasks and cancels one, for each record."""
        try:
            while not (self.should_stop or fetcher.should_stop):
                await asyncio.sleep(0)
                async for tp, message in self.getmany(timeout=1):
                    await self._pass_on(tp, message)
        except (ConsumerStoppedError, asyncio.CancelledError):
            if not cast(faust.App, self.app).should_stop:
                raise

    async def _pass_on(self, tp: TP, message: Message) -> None:
        read = self._read_offset[tp]
        if read and read + 1 < message.offset and self.app.topics.acks_enabled_for(message.topic):
            await self._add_gap(tp, read + 1, message.offset)
        await self.callback(message)
        self._read_offset[tp] = message.offset
        # Else nothing else would run until a whole batch has been passed on.
        await asyncio.sleep(0)

    async def force_commit(self, *args: Any, **kwargs: Any) -> bool:
        """Commit what is done, or nothing after a crash."""
        if cast(faust.App, self.app).crashed:
            return False
        return bool(await super().force_commit(*args, **kwargs))


class StrictTransport(driver.Transport):
    """aiokafka with the two classes above."""

    Consumer = StrictConsumer
    Producer = StrictProducer
