"""The emotion worker: chat messages in, emotion results out."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog
from prometheus_client import CollectorRegistry

from emotionstream.consumers.emotion_worker.config import WorkerConfig
from emotionstream.consumers.emotion_worker.device import Device
from emotionstream.consumers.emotion_worker.ends import Ends
from emotionstream.consumers.emotion_worker.flow import Flow
from emotionstream.consumers.emotion_worker.intake import Intake
from emotionstream.consumers.emotion_worker.metrics import WorkerMetrics
from emotionstream.consumers.emotion_worker.pipeline import Pipeline
from emotionstream.consumers.emotion_worker.vitals import Vitals
from emotionstream.consumers.transactions import Failpoints, Unharmed
from emotionstream.inference.engine import Scorer
from emotionstream.schemas.errors import EmotionStreamError, StuckError
from emotionstream.schemas.health import Check

logger = structlog.get_logger()


class EmotionWorker:
    """One member of the worker group. ``scorer`` is open for as long as ``serve`` runs."""

    def __init__(self, scorer: Scorer, config: WorkerConfig, failpoints: Failpoints | None = None) -> None:
        self._scorer = scorer
        self._config = config
        self._metrics = WorkerMetrics()
        self._device = Device(scorer, config.worker, self._metrics)
        self._flow = Flow(
            config.worker.max_concurrent, config.worker.max_concurrent_bytes, config.topics.max_message_bytes
        )
        self._vitals = Vitals(self._flow, time.monotonic())
        self._ends = Ends(config, self._flow, self._metrics, failpoints or Unharmed())

    @property
    def registry(self) -> CollectorRegistry:
        """The worker's metrics."""
        return self._metrics.registry

    def live(self) -> Check:
        """False when messages wait and none is delivered: only a new process helps."""
        return self._vitals.check(time.monotonic(), self._config.worker.stall_seconds)

    def ready(self) -> Check:
        """False while the worker is no member of its group, or its device fails."""
        member = self._ends.ready()
        if member.ok and not self._device.works:
            return Check(ok=False, why="the device fails: its circuit breaker is not closed")
        return member

    async def serve(self, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set; then deliver what is in flight, commit, and leave the group.

        Raises:
            ServiceUnavailableError: Kafka does not answer.
            TopicMismatchError: a topic is missing, or their partition counts differ.
            StuckError: no progress for too long.
        """
        try:
            async with self._pipeline() as pipeline:
                await self._run(pipeline, stop)
        except BaseExceptionGroup as group:
            raise _first_known(group) from group

    async def _run(self, pipeline: Pipeline, stop: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(None) as limit, asyncio.TaskGroup() as tasks:
                tasks.create_task(pipeline.run(stop))
                tasks.create_task(self._watch(stop, limit))
        except TimeoutError:
            self._note_cut_off()

    def _note_cut_off(self) -> None:
        if self._flow.in_flight:
            logger.warning("stopped with messages in flight: the next worker does them", messages=self._flow.in_flight)
        else:
            logger.warning("stopped without an answer from Kafka: nothing was in flight")

    async def _watch(self, stop: asyncio.Event, limit: asyncio.Timeout) -> None:
        """End a worker that is stuck, and once it is stopping bound how long that takes."""
        while not stop.is_set():
            check = self._vitals.check(time.monotonic(), self._config.worker.abandon_seconds)
            if not check.ok:
                raise StuckError(check.why)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self._config.worker.poll_seconds)
        limit.reschedule(asyncio.get_running_loop().time() + self._config.worker.drain_seconds)

    @asynccontextmanager
    async def _pipeline(self) -> AsyncIterator[Pipeline]:
        config = self._config
        async with self._ends.open() as (source, committer):
            yield Pipeline(
                source=source,
                intake=Intake(self._scorer, config.intake, config.worker),
                device=self._device,
                committer=committer,
                model=self._scorer.info,
                flow=self._flow,
                vitals=self._vitals,
                metrics=self._metrics,
                settings=config.worker,
                max_message_bytes=config.topics.max_message_bytes,
            )


def _first_known(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The error to tell: one of ours if there is one, else the first."""
    ours = group.subgroup(EmotionStreamError) or group
    error: BaseException = ours
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
