"""Lines from a file, a pipe or a terminal, one by one, in bounded memory."""

import asyncio
import os
import stat
import sys
import threading
from collections.abc import AsyncGenerator, Iterator
from concurrent.futures import CancelledError
from contextlib import aclosing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import typer

_CHUNK_BYTES: Final = 65_536
_BOM: Final = b"\xef\xbb\xbf"
"""What some editors write before the first line: it says UTF-8, and is no part of the line."""

TOO_LONG: Final = "the line is too long (EMOTIONSTREAM_INTAKE_MAX_VALUE_BYTES)"


@dataclass(frozen=True, slots=True)
class Line:
    """A line: its number from 1, its bytes without the line end, and how many bytes it took with it.

    ``data`` is None where the line was longer than the limit: it was not kept, and ``TOO_LONG`` is what to say.
    """

    number: int
    data: bytes | None
    size: int


class LineSplitter:
    """Cuts chunks of bytes into lines. Holds at most ``max_bytes`` of an unfinished line."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._number = 0
        self._part = bytearray()
        self._size = 0

    def feed(self, chunk: bytes) -> Iterator[Line]:
        """The lines that ``chunk`` completes."""
        *ended, rest = chunk.split(b"\n")
        for piece in ended:
            self._extend(piece)
            yield self._cut(newline=1)
        self._extend(rest)

    def finish(self) -> Iterator[Line]:
        """The last line, if it has no line end."""
        if self._size:
            yield self._cut(newline=0)

    def _extend(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size <= self._max_bytes:
            self._part += piece
        else:
            self._part.clear()

    def _cut(self, newline: int) -> Line:
        self._number += 1
        data = bytes(self._part).removesuffix(b"\r") if self._size <= self._max_bytes else None
        if data is not None and self._number == 1:
            data = data.removeprefix(_BOM)
        line = Line(self._number, data, self._size + newline)
        self._part.clear()
        self._size = 0
        return line


def is_standard_input(file: Path | None) -> bool:
    """Whether no file is named, or ``-``."""
    return file is None or str(file) == "-"


def name_of(file: Path | None) -> str:
    """What to call it."""
    return "standard input" if is_standard_input(file) else str(file)


@contextmanager
def opened(file: Path | None) -> Iterator[tuple[int, int | None]]:
    """The descriptor of a file, and its bytes where they are known.

    Raises:
        typer.BadParameter: it cannot be opened.
    """
    if file is None or is_standard_input(file):
        yield sys.stdin.fileno(), None
        return
    try:
        descriptor = os.open(file, os.O_RDONLY)
    except OSError as error:
        raise typer.BadParameter(f"{name_of(file)} cannot be read: {error.strerror}") from error
    try:
        status = os.fstat(descriptor)
        yield descriptor, status.st_size if stat.S_ISREG(status.st_mode) else None
    finally:
        os.close(descriptor)


def all_lines(descriptor: int, max_bytes: int) -> Iterator[Line]:
    """The lines of an open file, to its end; waits for them. Raises OSError where it cannot be read."""
    splitter = LineSplitter(max_bytes)
    while chunk := os.read(descriptor, _CHUNK_BYTES):
        yield from splitter.feed(chunk)
    yield from splitter.finish()


async def read_lines(descriptor: int, max_bytes: int) -> AsyncGenerator[Line]:
    """The lines of an open file, pipe or terminal, as they come. Raises OSError where it cannot be read."""
    async with aclosing(read_batches(descriptor, max_bytes)) as batches:
        async for batch in batches:
            for line in batch:
                yield line


async def read_batches(descriptor: int, max_bytes: int) -> AsyncGenerator[list[Line]]:
    """The same, all that came together at a time: some 64 KiB of a file, one line of a person who types."""
    chunks: asyncio.Queue[bytes | OSError] = asyncio.Queue(1)
    loop = asyncio.get_running_loop()
    # A daemon: a thread that waits for a terminal cannot be woken, and must not keep the program from ending.
    # A descriptor of its own: the caller may close his while the thread is about to read.
    threading.Thread(target=_pump, args=(os.dup(descriptor), chunks, loop), daemon=True).start()
    splitter = LineSplitter(max_bytes)
    while chunk := await chunks.get():
        if isinstance(chunk, OSError):
            raise chunk
        yield list(splitter.feed(chunk))
    yield list(splitter.finish())


def _pump(descriptor: int, chunks: asyncio.Queue[bytes | OSError], loop: asyncio.AbstractEventLoop) -> None:
    """Read until the end, and close. Ends also when nobody takes chunks any more because the event loop is closing."""
    try:
        _read_on(descriptor, chunks, loop)
    finally:
        os.close(descriptor)


def _read_on(descriptor: int, chunks: asyncio.Queue[bytes | OSError], loop: asyncio.AbstractEventLoop) -> None:
    chunk: bytes | OSError = b" "
    while chunk and not isinstance(chunk, OSError):
        try:
            chunk = os.read(descriptor, _CHUNK_BYTES)
        except OSError as error:
            chunk = error
        putting = chunks.put(chunk)
        try:
            asyncio.run_coroutine_threadsafe(putting, loop).result()
        except (RuntimeError, CancelledError):
            with suppress(RuntimeError):
                putting.close()
            return
