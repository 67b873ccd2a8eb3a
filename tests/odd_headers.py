"""Header names that are not UTF-8, as clients in C send them, and a parser that each test leaves as it was."""

from typing import Any

from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy

MOST_BYTES = 1_000_000


class OddName(str):
    """A header's name with bytes of its own."""

    __slots__ = ()

    def encode(self, *_: str) -> bytes:
        """No UTF-8."""
        return b"na\xffme"


ODD = OddName("x")
AS_READ = "na\ufffdme"
"""How the name is read."""


def odd_builder(compression: int = 0) -> Any:
    """A builder of record batches that takes such names; aiokafka's own in C does not. ``compression``: as in Kafka."""
    return _DefaultRecordBatchBuilderPy(2, compression, 0, -1, -1, -1, MOST_BYTES)
