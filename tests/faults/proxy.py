"""A TCP proxy in front of one broker: slow, cut, or deaf, as a test says."""

import asyncio
import time
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

from emotionstream.cli.embedded.ports import LOCALHOST

_CHUNK: Final = 65_536


class Proxy:
    """Listens on ``port`` and passes everything on to ``target``, ``delay`` seconds later in each direction."""

    def __init__(self, port: int, target: int) -> None:
        self.delay = 0.0
        self.open = True
        self._port = port
        self._target = target
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, LOCALHOST, self._port)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def connections(self) -> int:
        """How many clients are connected."""
        return len(self._writers) // 2

    def cut(self) -> None:
        """Break every connection, as a cable that is pulled or a firewall that forgets; new ones are let in if open."""
        for writer in list(self._writers):
            writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.open:
            writer.transport.abort()
            return
        try:
            there, back = await asyncio.open_connection(LOCALHOST, self._target)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, back}
        for source, sink in ((reader, back), (there, writer)):
            task = asyncio.create_task(self._pass_on(source, sink))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass_on(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        """Read at once, write when due: a delay that does not narrow the pipe."""
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        writing = asyncio.create_task(self._write(queue, sink))
        try:
            with suppress(OSError):
                while chunk := await source.read(_CHUNK):
                    queue.put_nowait((time.monotonic() + self.delay, chunk))
            queue.put_nowait((time.monotonic() + self.delay, b""))
            await writing
        finally:
            writing.cancel()
            self._writers.discard(sink)
            sink.transport.abort()

    async def _write(self, queue: "asyncio.Queue[tuple[float, bytes]]", sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while True:
                due, chunk = await queue.get()
                await asyncio.sleep(max(due - time.monotonic(), 0))
                if not chunk:
                    return
                sink.write(chunk)
                await sink.drain()
