"""Whether every record that the client delivered has been handled, in order, partition by partition."""

from collections.abc import Hashable, Iterable, Sequence


class DeliveryLog:
    """Which record came before which, as the client read them, and how far each partition has been handled.

    Faust may lose records between its client and the agent when a rebalance meets traffic (measured: 1 in 4 take-overs
    of two instances). A later record must not be folded in then: the lost one would look like a repeat for ever.
    """

    def __init__(self) -> None:
        self._last: dict[Hashable, int] = {}
        self._before: dict[Hashable, dict[int, int]] = {}
        self._handled: dict[Hashable, int] = {}
        self._since: dict[Hashable, float] = {}

    @property
    def remembered(self) -> int:
        """How many records are remembered: those that were delivered and not handled yet."""
        return sum(map(len, self._before.values()))

    def delivered(self, partition: Hashable, offsets: Sequence[int], now: float) -> None:
        """The client has read ``offsets`` (ascending) of ``partition``, at ``now`` (seconds)."""
        before = self._before.setdefault(partition, {})
        if not self._waits(partition):
            self._since[partition] = now
        for offset in offsets:
            last = self._last.get(partition)
            if last is not None and last < offset:
                before[offset] = last
            self._last[partition] = offset

    def rewound(self) -> None:
        """The client goes back to what is committed: what it reads next follows from nothing."""
        self._last.clear()
        for partition, before in self._before.items():
            handled = self._handled.get(partition, -1)
            self._before[partition] = {offset: last for offset, last in before.items() if offset > handled}

    def hole_before(self, partition: Hashable, offset: int) -> int | None:
        """The record that was delivered before ``offset`` and has not been handled, or None where all is well."""
        before = self._before.get(partition, {}).get(offset)
        return before if before is not None and before > self._handled.get(partition, -1) else None

    def handle(self, partition: Hashable, offset: int) -> None:
        """``offset`` has been handled."""
        self._handled[partition] = max(offset, self._handled.get(partition, -1))
        self._before.get(partition, {}).pop(offset, None)

    def waiting_since(self, partitions: Iterable[Hashable]) -> float | None:
        """When (seconds) the first of ``partitions`` got a record while none of its own waited; None: none waits."""
        return min((self._since[partition] for partition in partitions if self._waits(partition)), default=None)

    def _waits(self, partition: Hashable) -> bool:
        last = self._last.get(partition)
        return last is not None and last > self._handled.get(partition, -1)
