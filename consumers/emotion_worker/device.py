"""The device behind a circuit breaker (Nygard, Release It!, 2nd edition, 2018, chapter 5).

A failing device never costs a message: its batch waits here until the device is back. One message that the device
cannot score is found by splitting and given up alone.
"""

import asyncio
import time
from collections.abc import Sequence
from typing import Final

import structlog
from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.model import CLOSED, HALF_OPENED, Context, OpenedState

from emotionstream.consumers.emotion_worker.metrics import WorkerMetrics
from emotionstream.consumers.emotion_worker.verdict import Verdict, is_sound, judge, needs_witness, parts
from emotionstream.inference.batching import plan_batches
from emotionstream.inference.engine import Scorer
from emotionstream.inference.scoring import Encoded, Score, ScoreRequest
from emotionstream.schemas.errors import DeviceError, DeviceOutOfMemoryError, DeviceTimeoutError
from emotionstream.schemas.settings.worker import WorkerSettings

logger = structlog.get_logger()
_CIRCUIT: Final = "device"


class Device:
    """Scores batches, however the device behaves."""

    def __init__(self, scorer: Scorer, settings: WorkerSettings, metrics: WorkerMetrics) -> None:
        self._scorer = scorer
        self._settings = settings
        self._metrics = metrics
        self._breakers = AsyncCircuitBreakerFactory(settings.breaker_failures, settings.breaker_open_seconds)
        self._probe: list[Encoded] = []
        self._patience = 0.0
        self._state: str = CLOSED

    @property
    def works(self) -> bool:
        """Whether the circuit breaker is closed."""
        return self._state == CLOSED

    async def score(self, batch: Sequence[Encoded]) -> list[Score | None]:
        """Scores in input order; None for a message that cannot be scored. Waits as long as the device fails."""
        while True:
            breaker = await self._breakers.get_breaker(_CIRCUIT)
            try:
                async with breaker:
                    self._note(breaker.context)
                    await self._prove(breaker.context)
                    scores = await self._score(batch)
            except OpenedState as opened:
                self._note(breaker.context)
                await asyncio.sleep(self._remaining(opened, time.time()))
            except DeviceError as error:
                self._note(breaker.context)
                self._metrics.device_failures.inc()
                logger.warning("device failed", error=type(error).__name__, breaker=self._state)
            else:
                self._note(breaker.context)
                return scores

    def _remaining(self, opened: OpenedState, now: float) -> float:
        """Seconds until the breaker lets probes through; bounded, should the clock have been set back."""
        wait = self._settings.breaker_open_seconds
        return min(max(opened.opened_at + wait - now, 0), wait)

    def _note(self, context: Context) -> None:
        if context.state != self._state:
            logger.warning("circuit breaker changed", before=self._state, now=context.state)
        self._state = context.state
        self._metrics.breaker_state.state(context.state)

    async def _prove(self, context: Context) -> None:
        """Half open, the device must pass all probes before a message is risked on it.

        Raises:
            DeviceError: a probe failed; the breaker opens again.
        """
        if context.state == HALF_OPENED:
            for _ in range(self._settings.breaker_probes):
                await self._infer(await self._probe_tokens())

    async def _score(self, batch: Sequence[Encoded]) -> list[Score | None]:
        # Seconds left for waiting for memory: a turn comes to its end also where the memory never comes back.
        self._patience = self._settings.memory_seconds
        scores: list[Score | None] = [None] * len(batch)
        lengths = [encoded.length for encoded in batch]
        for indices in plan_batches(lengths, self._settings.batch_tokens, self._settings.batch_messages):
            found = await self._settle([batch[i] for i in indices])
            for i, score in zip(indices, found, strict=True):
                scores[i] = score
        return scores

    async def _settle(self, batch: Sequence[Encoded]) -> list[Score | None]:
        """Score one device batch; where it fails, find out what is to blame.

        Raises:
            DeviceError: the device is.
        """
        attempts = 0
        while True:
            try:
                return list(await self._infer(batch))
            except DeviceError as error:
                attempts += 1
                verdict = await self._judge(error, len(batch), attempts)
                if verdict is Verdict.DEVICE_FAILS:
                    raise
            if verdict is Verdict.UNSCORABLE:
                return [None]
            if verdict is Verdict.WAIT:
                attempts = 0
                await self._wait_for_memory()
            if verdict is Verdict.SPLIT:
                return [
                    score for part in parts(batch, self._settings.split_parts) for score in await self._settle(part)
                ]

    async def _judge(self, error: DeviceError, size: int, attempts: int) -> Verdict:
        works = not needs_witness(error, size) or await self._witness(error)
        may_wait = isinstance(error, DeviceOutOfMemoryError) and self._patience > 0
        return judge(size, works, attempts, self._settings.unscorable_attempts, may_wait)

    async def _wait_for_memory(self) -> None:
        pause = min(self._settings.memory_pause_seconds, self._patience)
        self._patience -= pause
        await asyncio.sleep(pause)

    async def _witness(self, error: DeviceError) -> bool:
        """Whether the device scores a harmless text right now. One that hung is not asked: it would hang again."""
        if isinstance(error, DeviceTimeoutError):
            return False
        try:
            await self._infer(await self._probe_tokens())
        except DeviceError:
            return False
        return True

    async def _probe_tokens(self) -> list[Encoded]:
        if not self._probe:
            self._probe = await self._scorer.encode([ScoreRequest(text=self._settings.probe_text)])
        return self._probe

    async def _infer(self, batch: Sequence[Encoded]) -> list[Score]:
        """One device batch.

        Raises:
            DeviceTimeoutError: it did not come back in time.
            DeviceError: it failed, or gave numbers that are none.
        """
        try:
            async with asyncio.timeout(self._settings.device_seconds):
                scores = await self._scorer.infer(batch)
        except TimeoutError as error:
            raise DeviceTimeoutError(f"no answer in {self._settings.device_seconds:g} s") from error
        except DeviceError:
            raise
        except Exception as error:
            # A library's own error may quote what it was given: only its type is told.
            raise DeviceError(f"the device raised {type(error).__name__}") from error
        if len(scores) != len(batch) or not all(map(is_sound, scores)):
            raise DeviceError("the device gave numbers that are no probabilities")
        self._metrics.note_batch([encoded.length for encoded in batch])
        return scores
