"""The state stage as a long-running part: results in, interventions out, one state per learner kept."""

import asyncio
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from prometheus_client import CollectorRegistry

from emotionstream.schemas.errors import StageCrashedError
from emotionstream.schemas.header_names import accept_any_header_name
from emotionstream.schemas.health import WELL, Check
from emotionstream.schemas.position import Record
from emotionstream.schemas.settings.kafka import KafkaSettings
from emotionstream.schemas.settings.state import StateSettings
from emotionstream.schemas.settings.table import TableSettings
from emotionstream.schemas.settings.topics import TopicSettings
from emotionstream.schemas.topics import Topic, topic_name
from emotionstream.state.decision import Policy
from emotionstream.state.metrics import StateMetrics
from emotionstream.state.outlet import Outlet, open_outlet
from emotionstream.state.snapshot import LearnerState
from emotionstream.state.stall import Leave, LoopGuard, Stall
from emotionstream.state.table import Hooks, LearnersApp, add_table, build_app
from emotionstream.state.topics_check import check_topics
from emotionstream.state.turn import Turn, take

logger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class StateConfig:
    """All settings of the state stage."""

    kafka: KafkaSettings
    topics: TopicSettings
    state: StateSettings
    table: TableSettings


class StateStage:
    """Reads results, keeps learners, raises interventions. ``live`` and ``ready`` may be asked at any time.

    ``leave`` ends the process after a stall; None where the process is not the stage's own to end.
    """

    def __init__(self, config: StateConfig, policy: Policy, leave: Leave | None = None) -> None:
        self._config = config
        self._policy = policy
        self._metrics = StateMetrics(config.table)
        self._app: LearnersApp | None = None
        self._outlet: Outlet | None = None
        self._table: Any = None
        self._guard = None if leave is None else LoopGuard(config.table, leave)
        self._started = False
        self._new_logs: set[int] = set()
        self._done: dict[int, int] = {}
        self._progress = time.monotonic()

    @property
    def registry(self) -> CollectorRegistry:
        """Its metrics."""
        return self._metrics.registry

    async def serve(self, stop: asyncio.Event) -> None:
        """Run until ``stop`` is set, then finish what is begun, commit and leave the group.

        Raises:
            ServiceUnavailableError, TopicMismatchError: it cannot start.
            StageCrashedError: something unforeseen happened. End the process: a new one does the work again.
        """
        await check_topics(self._config.kafka, self._config.topics)
        accept_any_header_name()
        async with open_outlet(self._config.kafka, self._config.topics) as outlet:
            app = self._open(outlet)
            async with AsyncExitStack() as guarded:
                try:
                    await self._start(app, stop)
                    if self._guard is not None:
                        await guarded.enter_async_context(self._guard.watching())
                    await self._watch(app, stop)
                finally:
                    # Still guarded: the last flush must not come late either.
                    await self._close(app)
            self._raise_if_crashed(app)

    def ready(self) -> Check:
        """Whether the table is rebuilt and results are being folded in."""
        app = self._app
        if app is None or not self._started:
            return Check(ok=False, why="the table is being rebuilt from its changelog")
        if app.crashed:
            return Check(ok=False, why="the stage has crashed")
        if app.rebalancing or app.in_recovery:
            return Check(ok=False, why="partitions are being assigned anew")
        silence = self._unanswered(app)
        if silence > self._config.table.unanswered_seconds:
            return Check(ok=False, why=f"Kafka has acknowledged nothing for {silence:.0f} seconds")
        return WELL

    def live(self) -> Check:
        """False after a crash, or when a result has waited for ``stuck_seconds`` and none was done meanwhile."""
        app = self._app
        if app is None or not self._started:
            return WELL
        if app.crashed:
            return Check(ok=False, why="the stage has crashed")
        idle = self._idle(app)
        # Waiting for Kafka is not being stuck: a new process would wait too.
        waits_for_kafka = self._unanswered(app) > self._config.table.unanswered_seconds
        if idle > self._config.table.stuck_seconds and not waits_for_kafka:
            return Check(ok=False, why=f"results wait and none has been done for {idle:.0f} seconds")
        return WELL

    def learners(self) -> dict[str, LearnerState]:
        """Every learner in this instance's table, by user id."""
        items: Mapping[bytes, bytes] = {} if self._table is None else dict(self._table.items())
        return {key.decode(): LearnerState.from_json(value) for key, value in items.items()}

    def _open(self, outlet: Outlet) -> LearnersApp:
        config = self._config
        app = build_app(config.kafka, config.topics, config.table)
        self._table = add_table(app, config.topics, Hooks(self._take, outlet.send, self._observe))
        self._app, self._outlet = app, outlet
        return app

    async def _watch(self, app: LearnersApp, stop: asyncio.Event) -> None:
        while not stop.is_set():
            self._raise_if_crashed(app)
            self._observe_lag(app)
            self._look_for_loss(app)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self._config.table.poll_seconds)

    def _unanswered(self, app: LearnersApp) -> float:
        return max(app.strict_producer.unanswered, 0.0 if self._outlet is None else self._outlet.unanswered)

    async def _start(self, app: LearnersApp, stop: asyncio.Event) -> None:
        began = time.monotonic()
        app.finalize()
        starting = asyncio.create_task(app.start())
        await self._await_table(app, starting, stop)
        if not starting.done():
            starting.cancel()
            if not stop.is_set():
                limit = f"{self._config.table.start_seconds:g} seconds (EMOTIONSTREAM_TABLE_START_SECONDS)"
                raise StageCrashedError(f"not ready, and the rebuilding of the table has not moved for {limit}")
            return
        error = starting.exception()
        if error is not None:
            raise StageCrashedError(f"the state stage could not start: {error!r}") from error
        self._started = True
        seconds = time.monotonic() - began
        self._metrics.recovery.set(seconds)
        logger.info("state stage is ready", seconds=seconds, learners=len(self._table))

    async def _await_table(self, app: LearnersApp, starting: "asyncio.Task[Any]", stop: asyncio.Event) -> None:
        """Until the app has started, a stop is asked for, or the rebuilding has not moved for ``start_seconds``."""
        stopping, stall, table = asyncio.create_task(stop.wait()), Stall(time.monotonic()), self._config.table
        while not (starting.done() or stop.is_set()):
            await asyncio.wait({starting, stopping}, timeout=table.poll_seconds, return_when=asyncio.FIRST_COMPLETED)
            self._metrics.recovery_position.set(app.recovery_position)
            if stall.seconds(app.recovery_position, time.monotonic()) > table.start_seconds:
                break
        stopping.cancel()

    async def _close(self, app: LearnersApp) -> None:
        self._started = False
        if app.crashed:
            app.strict_producer.abandon()
        stopping = asyncio.create_task(app.stop())
        await asyncio.wait({stopping}, timeout=self._config.table.stop_seconds)
        if not stopping.done():
            stopping.cancel()
            raise StageCrashedError("the state stage did not stop in time (EMOTIONSTREAM_TABLE_STOP_SECONDS)")
        error = stopping.exception()
        if error is not None and not app.crashed:
            raise StageCrashedError(f"the state stage did not stop cleanly: {error!r}") from error

    def _raise_if_crashed(self, app: LearnersApp) -> None:
        failed = app.crash_reason if app.crashed else app.strict_producer.failed
        if failed is not None:
            raise StageCrashedError(f"the state stage cannot go on: {failed!r}") from failed

    def _take(self, record: Record, value: bytes | None) -> Turn:
        if self._guard is not None:
            self._guard.check()
        return take(record, value, self._policy, self._config.state, self._config.topics.max_message_bytes)

    def _observe(self, record: Record, turn: Turn) -> None:
        self._progress = time.monotonic()
        self._done[record.position.partition] = record.position.offset + 1
        self._metrics.count(turn, datetime.now(UTC))
        if turn.rejection is not None:
            logger.warning("result rejected", position=str(record.position), kind=turn.rejection.kind.value)
        if turn.step is not None and turn.step.new_log and record.position.partition not in self._new_logs:
            self._new_logs.add(record.position.partition)
            logger.warning("the chat topic was made anew: its offsets start again", partition=record.position.partition)

    def _look_for_loss(self, app: LearnersApp) -> None:
        """A record that was delivered and is not handled, while nothing else is, was lost on the way to the agent."""
        if app.rebalancing or app.in_recovery or self._unanswered(app):
            self._progress = time.monotonic()
        if (idle := self._idle(app)) > self._config.table.lost_seconds:
            raise StageCrashedError(f"a result that was read has not been handled for {idle:.0f} seconds")

    def _idle(self, app: LearnersApp) -> float:
        """Seconds that a result that was read has waited while none was handled, 0 where none waits."""
        results = topic_name(Topic.RESULTS, self._config.topics)
        places = ((tp.topic, tp.partition) for tp in app.consumer.assignment() if tp.topic == results)
        since = app.deliveries.waiting_since(places)
        return 0.0 if since is None else time.monotonic() - max(since, self._progress)

    def _observe_lag(self, app: LearnersApp) -> None:
        results = topic_name(Topic.RESULTS, self._config.topics)
        for partition in app.consumer.assignment():
            done = self._done.get(partition.partition)
            if partition.topic == results and done is not None:
                # Not known until the first fetch after an assignment.
                end = app.consumer.highwater(partition) or done
                self._metrics.lag.labels(partition.partition).set(max(0, end - done))
