"""Batches of records are read whole, whatever names their headers have."""

from collections.abc import Iterator

import pytest
from aiokafka.consumer import fetcher
from aiokafka.record.memory_records import MemoryRecords
from odd_headers import AS_READ, ODD, odd_builder

from emotionstream.schemas.header_names import accept_any_header_name

Found = list[tuple[int, bytes | None, bytes | None, list[tuple[str, bytes | None]]]]


@pytest.fixture(autouse=True)
def parser() -> Iterator[None]:
    """The parser is the process's: each test begins with aiokafka's own, and leaves what was there."""
    before = fetcher.MemoryRecords
    fetcher.MemoryRecords = MemoryRecords
    yield
    fetcher.MemoryRecords = before


def batches(*odd: int, count: int = 5, compression: int = 0) -> bytes:
    """Two batches of ``count`` records; those of the first numbered in ``odd`` have an odd name."""
    raw = b""
    for batch in range(2):
        built = odd_builder(compression)
        for number in range(count):
            name = ODD if batch == 0 and number in odd else "fine"
            built.append(number, 1, b"key", b"%d" % number, [(name, b"kept"), ("null", None)])
        raw += bytes(built.build())
    return raw


def read(raw: bytes) -> Found:
    """As aiokafka's consumer does."""
    records = fetcher.MemoryRecords(raw)
    found: Found = []
    while records.has_next():
        batch = records.next_batch()
        assert batch.validate_crc()
        assert not batch.is_control_batch
        found += [(record.offset, record.key, record.value, list(record.headers)) for record in batch]
        assert batch.next_offset == 5
    return found


@pytest.mark.parametrize("compression", [0, 1, 2, 3, 4], ids=["plain", "gzip", "snappy", "lz4", "zstd"])
@pytest.mark.parametrize("odd", [(), (0,), (2,), (4,), (0, 1, 2, 3, 4)], ids=str)
def test_every_record_is_read_once_and_in_order(odd: tuple[int, ...], compression: int) -> None:
    """Before, under and after an odd name, in that batch and the next; only the name is changed."""
    accept_any_header_name()
    found = read(batches(*odd, compression=compression))
    assert [(offset, value) for offset, _, value, _ in found] == [(n, b"%d" % n) for n in range(5)] * 2
    names = [headers[0][0] for *_, headers in found]
    assert names == [AS_READ if n in odd else "fine" for n in range(5)] + ["fine"] * 5
    assert all(headers[0][1] == b"kept" and headers[1] == ("null", None) for *_, headers in found)


def test_the_clients_own_parser_raises_on_such_a_name() -> None:
    """Else all this would be for nothing."""
    with pytest.raises(UnicodeDecodeError):
        read(batches(2))


def test_it_may_be_asked_for_again() -> None:
    """Every consumer asks for it."""
    accept_any_header_name()
    accept_any_header_name()
    assert len(read(batches(1))) == 10
