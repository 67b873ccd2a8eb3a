"""Remembering the last ids, to drop repeats."""

from collections import OrderedDict
from uuid import UUID


class RecentIds:
    """The last ``size`` different ids, least recently seen forgotten first."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._ids: OrderedDict[UUID, None] = OrderedDict()

    def __len__(self) -> int:
        return len(self._ids)

    def is_new(self, seen: UUID) -> bool:
        """Whether ``seen`` is not among the last ids; it is from now on."""
        new = seen not in self._ids
        self._ids[seen] = None
        self._ids.move_to_end(seen)
        if len(self._ids) > self._size:
            self._ids.popitem(last=False)
        return new
