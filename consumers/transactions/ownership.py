"""Which input partitions are ours, and the open producer of each."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol

import structlog

from emotionstream.consumers.transactions.producer import PartitionProducer
from emotionstream.consumers.transactions.settled import settled
from emotionstream.schemas.errors import ServiceUnavailableError
from emotionstream.schemas.settings.worker import WorkerSettings

logger = structlog.get_logger()


class Position(Protocol):
    """Where the consumer group is in the input, and where this member reads."""

    async def committed(self, partition: int) -> int | None:
        """The group's committed offset, asked of Kafka each time. None before the first commit."""

    async def go_to(self, partition: int, offset: int | None) -> None:
        """Read on from ``offset``, or from the beginning.

        Raises:
            IllegalStateError: the partition is not ours any more.
        """


class Ownership:
    """Opens a partition in the order that keeps its last owner out, and closes it at its first error.

    A partition is *due* from its assignment, or its last failure, until it is open. Nothing here knows whether the
    group still counts us in: one who wrongly believes so is fenced by the next owner's start, and fences it by its
    own; each of them begins at the committed offset, so that nothing is lost or doubled meanwhile.
    """

    def __init__(
        self,
        start: Callable[[int], Awaitable[PartitionProducer]],
        give_up: Callable[[Iterable[int]], None],
        settings: WorkerSettings,
    ) -> None:
        self._start = start
        self._give_up = give_up
        self._settings = settings
        self._due: dict[int, float] = {}
        self._open: dict[int, PartitionProducer] = {}
        self._failing: dict[int, float] = {}
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def ready(self) -> bool:
        """Whether every partition that is ours is open."""
        return not self._due

    def get(self, partition: int) -> PartitionProducer | None:
        """The open producer of ``partition``; None while its records must not be taken."""
        return self._open.get(partition)

    def assigned(self, partitions: Iterable[int], now: float) -> None:
        """They are ours, and due at once."""
        self._due.update(dict.fromkeys(partitions, now))

    def revoked(self, partitions: Iterable[int]) -> None:
        """They are ours no more. A transaction that is under way may still come to its end."""
        for partition in partitions:
            self._due.pop(partition, None)
            self._failing.pop(partition, None)
            self._drop(self._open.pop(partition, None))

    def succeeded(self, partition: int) -> None:
        """A transaction was committed."""
        self._failing.pop(partition, None)

    def failed(self, partition: int, producer: PartitionProducer, error: Exception, now: float) -> None:
        """A transaction of ``producer`` ended in we do not know what: begin anew at the committed offset.

        Raises:
            ServiceUnavailableError: that has gone on for too long.
        """
        if self._open.get(partition) is not producer:
            return  # The partition has gone, or gone and come back: another producer settles what became of this one.
        self._drop(self._open.pop(partition))
        self._give_up([partition])
        self._postpone(partition, error, now)

    async def open_due(self, position: Position, now: float) -> bool:
        """Open the partitions whose time has come. Whether all are open.

        Raises:
            ServiceUnavailableError: one cannot be opened for too long.
        """
        due = [(partition, since) for partition, since in self._due.items() if since <= now]
        tried = (self._try(partition, since, position, now) for partition, since in due)
        for failure in await asyncio.gather(*tried, return_exceptions=True):
            if failure is not None:
                raise failure
        return self.ready

    async def close(self) -> None:
        """Close every producer."""
        self.revoked([*self._due, *self._open])
        await asyncio.gather(*self._closing)

    async def _try(self, partition: int, since: float, position: Position, now: float) -> None:
        try:
            async with asyncio.timeout(self._settings.transaction_seconds):
                await self._open_one(partition, since, position)
        except Exception as error:
            # Of any kind: the client raises what its broken state happens to trip over.
            if self._due.get(partition) == since:
                self._postpone(partition, error, now)

    async def _open_one(self, partition: int, since: float, position: Position) -> None:
        # 1. Start the producer: the last owner's is fenced, its open transaction is over.
        producer = await self._start(partition)
        try:
            # 2. Only now the committed offset is final.
            # 3. Go there. What the consumer fetched before is dropped with it.
            offset = await self._go_to_committed(partition, since, position)
        except BaseException:
            self._drop(producer)
            raise
        # 4. Open the gate.
        del self._due[partition]
        self._open[partition] = producer
        logger.info("partition opened", partition=partition, offset=offset)

    async def _go_to_committed(self, partition: int, since: float, position: Position) -> int | None:
        offset = await settled(lambda: position.committed(partition), self._settings.settle_seconds)
        if self._due.get(partition) == since:
            await position.go_to(partition, offset)
        if self._due.get(partition) != since:
            raise _MovedError
        return offset

    def _postpone(self, partition: int, error: Exception, now: float) -> None:
        since = self._failing.setdefault(partition, now)
        logger.warning("partition begins anew", partition=partition, error=type(error).__name__)
        if now - since > self._settings.delivery_seconds:
            raise ServiceUnavailableError(f"Kafka did not take the results: {type(error).__name__}") from error
        self._due[partition] = now + self._settings.reopen_seconds

    def _drop(self, producer: PartitionProducer | None) -> None:
        if producer is not None:
            closing = asyncio.create_task(producer.close())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)


class _MovedError(Exception):
    """The partition went away while it was being opened."""
