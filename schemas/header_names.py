"""Records whose headers have names that are not UTF-8 can be read.

Kafka takes such a record (clients in C send them), and aiokafka's parser raises on it, and on it again, for ever: its
partition would stand still. A batch with such a name is read on by a parser in Python, with the name's odd bytes
replaced.
"""

from typing import Any, Self

from aiokafka.consumer import fetcher
from aiokafka.record.default_records import DefaultRecordBatch, _DefaultRecordBatchPy
from aiokafka.record.memory_records import _MemoryRecordsPy


def accept_any_header_name() -> None:
    """From now on every consumer of this process reads records with any header names."""
    fetcher.MemoryRecords = _Records


class _Records(_MemoryRecordsPy):  # type: ignore[misc]  # final, and there is no other way in
    """Record batches as they came from the broker."""

    def next_batch(self) -> Any:
        """The next batch, or None."""
        piece = self._next_slice
        batch = super().next_batch()
        return _Batch(batch, piece) if isinstance(batch, DefaultRecordBatch) else batch


class _Batch:
    """A batch as aiokafka reads it, and from the first odd name on, by the lenient parser."""

    def __init__(self, batch: Any, piece: Any) -> None:
        self._batch = self._source = batch
        self._piece = piece
        self._given = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __iter__(self) -> Self:
        iter(self._batch)  # Uncompresses.
        return self

    def __next__(self) -> Any:
        try:
            record = next(self._source)
        except UnicodeDecodeError:
            self._source = iter(_LenientBatch(self._piece))
            for _ in range(self._given):
                next(self._source)
            record = next(self._source)
        self._given += 1
        return record


class _LenientBytes(bytearray):
    """Bytes whose slices become text whatever they hold."""

    def __getitem__(self, place: Any) -> Any:
        found = super().__getitem__(place)
        return _LenientBytes(found) if isinstance(place, slice) else found

    def decode(self, encoding: str = "utf-8", errors: str = "replace") -> str:
        """As text, each odd byte replaced."""
        return super().decode(encoding, errors)


class _LenientBatch(_DefaultRecordBatchPy):  # type: ignore[misc]  # final, and there is no other way in
    """A record batch whose headers may have any names."""

    _buffer: bytearray

    def _maybe_uncompress(self) -> None:
        super()._maybe_uncompress()
        self._buffer = _LenientBytes(self._buffer)
