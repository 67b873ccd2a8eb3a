"""Lines in bounded memory."""

import asyncio
import os
from contextlib import aclosing
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotionstream.cli.lines import Line, LineSplitter, read_lines


@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=5), st.integers(1, 20))
def test_lines_do_not_depend_on_the_chunks(data: bytes, cuts: list[int], limit: int) -> None:
    """However the bytes arrive, the lines are those of the whole, and their sizes add up to it."""
    places = sorted({0, *(cut for cut in cuts if cut < len(data)), len(data)})
    splitter = LineSplitter(limit)
    lines: list[Line] = []
    for start, end in pairwise(places):
        lines.extend(splitter.feed(data[start:end]))
    lines.extend(splitter.finish())
    expected = data.split(b"\n")
    expected = expected if expected[-1] else expected[:-1]
    assert [line.data for line in lines] == [
        piece.removesuffix(b"\r").removeprefix(b"" if number else b"\xef\xbb\xbf") if len(piece) <= limit else None
        for number, piece in enumerate(expected)
    ]
    assert sum(line.size for line in lines) == len(data)
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))


def test_a_line_without_end_takes_no_memory() -> None:
    """A gigabyte without a line end is dropped as it comes; the next line is read."""
    splitter = LineSplitter(100)
    for _ in range(1_000):
        assert list(splitter.feed(b"x" * 1_000)) == []
        assert len(splitter._part) <= 100
    assert [line.data for line in splitter.feed(b"\nnext\n")] == [None, b"next"]


async def test_a_pipe_is_read_as_it_comes() -> None:
    """A line is there before the pipe is closed: a person who types sees the result."""
    reading, writing = os.pipe()
    try:
        async with aclosing(read_lines(reading, 100)) as lines:
            os.write(writing, b"one\ntwo")
            assert (await anext(lines)).data == b"one"
            os.write(writing, b"!\n")
            assert (await anext(lines)).data == b"two!"
            os.close(writing)
            assert [line async for line in lines] == []
    finally:
        os.close(reading)


async def test_a_folder_cannot_be_read() -> None:
    """The system's own error comes through."""
    descriptor = os.open("/", os.O_RDONLY)
    try:
        with pytest.raises(OSError, match="directory"):
            await anext(read_lines(descriptor, 100))
    finally:
        os.close(descriptor)


def test_leaving_early_ends_the_program() -> None:
    """Whoever stops reading is not held up by the thread that waits for more."""
    reading, writing = os.pipe()
    os.write(writing, b"one\n")

    async def first() -> Line:
        async with aclosing(read_lines(reading, 100)) as lines:
            return await anext(lines)

    assert asyncio.run(first()).data == b"one"
    os.close(writing)


def test_a_byte_order_mark_before_the_first_line_is_no_part_of_it() -> None:
    """Some editors write it. Anywhere else it is somebody's text, and stays."""
    splitter = LineSplitter(100)
    found = [*splitter.feed(b"\xef\xbb\xbfone\n\xef\xbb\xbftwo"), *splitter.finish()]
    assert [(line.data, line.size) for line in found] == [(b"one", 7), (b"\xef\xbb\xbftwo", 6)]


async def test_what_the_caller_closes_early_is_read_to_its_end() -> None:
    """The thread reads by a descriptor of its own, and closes it."""
    reading, writing = os.pipe()
    async with aclosing(read_lines(reading, 100)) as lines:
        os.write(writing, b"one\n")
        assert (await anext(lines)).data == b"one"
        os.close(reading)
        os.write(writing, b"two\n")
        os.close(writing)
        assert [line.data async for line in lines] == [b"two"]
