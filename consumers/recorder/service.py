"""The recorder itself: take, keep, commit."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import structlog
from prometheus_client import CollectorRegistry

from emotionstream.consumers.recorder.decode import decode
from emotionstream.consumers.recorder.keeper import Kept, keep, until_it_answers
from emotionstream.consumers.recorder.metrics import RecorderMetrics
from emotionstream.consumers.recorder.source import Source, Taken, open_source
from emotionstream.history.entry import Entry
from emotionstream.history.store import History, open_history
from emotionstream.schemas.errors import StuckError
from emotionstream.schemas.health import WELL, Check
from emotionstream.schemas.settings.database import DatabaseSettings
from emotionstream.schemas.settings.history import HistorySettings
from emotionstream.schemas.settings.intake import IntakeSettings
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.recorder import RecorderSettings
from emotionstream.schemas.settings.topics import TopicSettings

logger = structlog.get_logger()
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RecorderConfig:
    """All settings that a recorder needs."""

    kafka: KafkaSettings
    topics: TopicSettings
    database: DatabaseSettings
    history: HistorySettings
    intake: IntakeSettings
    recorder: RecorderSettings


class Recorder:
    """One member of the recorder group. ``serve`` runs it; the rest says how it is."""

    def __init__(self, config: RecorderConfig, now: Callable[[], datetime] | None = None) -> None:
        self._config = config
        self._settings = config.recorder
        self._now = now or partial(datetime.now, UTC)
        self._metrics = RecorderMetrics()
        self._source: Source | None = None
        self._away = self._prepared = False
        self._turn_at = time.monotonic()
        self._expire_at: datetime | None = None

    @property
    def registry(self) -> CollectorRegistry:
        """Its metrics."""
        return self._metrics.registry

    def live(self) -> Check:
        """False: the loop hangs. A database that is away is no reason: a new process would wait as well."""
        if self._still <= self._settings.stall_seconds:
            return WELL
        return Check(ok=False, why=f"the recorder has not moved for {self._still:.0f} seconds")

    def ready(self) -> Check:
        """False: nothing is recorded now."""
        if self._away:
            return Check(ok=False, why="PostgreSQL does not answer: partitions are paused until it does")
        if self._source is None or not self._source.assigned:
            return Check(ok=False, why="the consumer group has not given us partitions yet")
        if not self._prepared:
            return Check(ok=False, why="the tables are not prepared yet")
        return WELL

    async def serve(self, stop: asyncio.Event) -> None:
        """Record until ``stop`` is set; the batch in hand is finished first.

        Raises:
            ServiceUnavailableError: Kafka does not answer at the start. (A database may be away at any time.)
            HistorySchemaError: the tables do not fit this program.
            StuckError: the loop has not turned for too long. End the process: a new one reads on from what is kept.
        """
        config = self._config
        async with (
            open_history(config.database, config.history, prepare=False) as history,
            open_source(config.kafka, config.topics, config.recorder) as source,
        ):
            self._source = source
            try:
                await self._watched(self._work(history, source, stop))
            finally:
                self._source = None

    @property
    def _still(self) -> float:
        return time.monotonic() - self._turn_at

    async def _watched(self, work: Coroutine[Any, Any, None]) -> None:
        """``work``, given up once it has not turned for too long."""
        working = asyncio.ensure_future(work)
        # Joining the group is no turn, however long it took.
        self._turn_at = time.monotonic()
        try:
            while not working.done():
                await asyncio.wait([working], timeout=self._settings.patience_seconds)
                if self._still > self._settings.abandon_seconds and not working.done():
                    raise StuckError(f"the recorder has not moved for {self._still:.0f} seconds")
            await working
        finally:
            working.cancel()
            await asyncio.wait([working], timeout=self._settings.stop_seconds)

    async def _work(self, history: History, source: Source, stop: asyncio.Event) -> None:
        self._prepared = bool(await self._patiently(source, partial(_prepare, history), stop))
        if self._prepared:
            await self._record(history, source, stop)

    async def _record(self, history: History, source: Source, stop: asyncio.Event) -> None:
        while not stop.is_set():
            self._turn_at = time.monotonic()
            # 1. Take what has queued up.
            taken = await source.take()
            # 2. Keep it: one transaction, tried until it is through.
            kept = await self._kept(history, source, taken, stop)
            if kept is None:
                return
            # 3. Only now is it behind us.
            await source.commit(taken)
            await self._note(source, taken, kept)
            await self._expire(history, source, stop)

    async def _kept(self, history: History, source: Source, taken: Sequence[Taken], stop: asyncio.Event) -> Kept | None:
        if not taken:
            return Kept()
        with self._metrics.write_seconds.time():
            return await self._patiently(source, partial(keep, history, self._entries(taken)), stop)

    def _entries(self, taken: Sequence[Taken]) -> list[Entry]:
        found = ((item.record.position, decode(item.topic, item.record, self._config.intake)) for item in taken)
        return [Entry(position, event) for position, event in found if event is not None]

    async def _patiently(self, source: Source, work: Callable[[], Awaitable[T]], stop: asyncio.Event) -> T | None:
        """What ``work`` gives, however long the database is away; None where a stop came first."""
        working = asyncio.ensure_future(until_it_answers(work, self._settings))
        try:
            await asyncio.wait([working], timeout=self._settings.patience_seconds)
            if not working.done():
                await self._hold(source, working, stop)
            if not working.done():
                return None
            self._metrics.database_up.set(1)
            return working.result()
        finally:
            working.cancel()
            # A server that hangs answers no cancellation either: closing the history cuts the connection.
            await asyncio.wait([working], timeout=self._settings.stop_seconds)

    async def _hold(self, source: Source, working: "asyncio.Future[T]", stop: asyncio.Event) -> None:
        """Paused: nothing more is taken, so that memory does not grow, and the group keeps us as a member."""
        self._away = True
        self._metrics.away.inc()
        self._metrics.database_up.set(0)
        logger.warning("PostgreSQL does not answer: partitions paused, nothing is lost")
        while not working.done() and not stop.is_set():
            self._turn_at = time.monotonic()
            await source.hold()
        source.release()
        self._away = False
        logger.info("partitions go on", database_back=working.done())

    async def _note(self, source: Source, taken: Sequence[Taken], kept: Kept) -> None:
        self._metrics.note_batch([item.topic.value for item in taken], kept.entries, kept.fresh)
        self._metrics.note_lag(await source.lag())

    async def _expire(self, history: History, source: Source, stop: asyncio.Event) -> None:
        """Drop texts past their retention, now and then."""
        now = self._now()
        if self._expire_at is not None and now < self._expire_at:
            return
        self._expire_at = now + timedelta(seconds=self._settings.expiry_seconds)
        before = now - timedelta(days=self._config.history.text_retention_days)
        gone = await self._patiently(source, partial(history.expire_texts, before), stop)
        self._metrics.expired.inc(gone or 0)


async def run(config: RecorderConfig, stop: asyncio.Event) -> None:
    """Record until ``stop`` is set."""
    await Recorder(config).serve(stop)


async def _prepare(history: History) -> bool:
    await history.prepare()
    return True
