"""The proxy: what it is given comes out at the other end, as late as it is told, or not at all."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from faults.proxy import Proxy

from emotionstream.cli.embedded.ports import LOCALHOST, free_ports


@asynccontextmanager
async def echo_behind_proxy() -> AsyncIterator[tuple[Proxy, int]]:
    """A server that says what it hears, and a proxy before it; the proxy's port."""
    port, target = free_ports(2)

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while said := await reader.read(100):
                writer.write(said)
        finally:
            writer.close()

    server = await asyncio.start_server(echo, LOCALHOST, target)
    try:
        async with Proxy(port, target) as proxy:
            yield proxy, port
    finally:
        server.close()


async def ended(reader: asyncio.StreamReader) -> bool:
    """Whether the connection is over, in whichever way the system tells it."""
    try:
        return await reader.read(1) == b""
    except ConnectionError:
        return True


async def test_bytes_pass_in_order_and_late() -> None:
    """There and back takes twice the delay, and nothing is changed."""
    async with echo_behind_proxy() as (proxy, port):
        proxy.delay = 0.1
        reader, writer = await asyncio.open_connection(LOCALHOST, port)
        began = time.monotonic()
        for word in (b"one ", b"two ", b"three"):
            writer.write(word)
        assert await reader.readexactly(13) == b"one two three"
        assert time.monotonic() - began >= 0.2
        writer.close()


async def test_a_cut_breaks_connections_and_lets_new_ones_in() -> None:
    """As a cable that was pulled; closed, it lets nobody in."""
    async with echo_behind_proxy() as (proxy, port):
        reader, writer = await asyncio.open_connection(LOCALHOST, port)
        writer.write(b"x")
        assert await reader.read(1) == b"x"
        assert proxy.connections == 1
        proxy.cut()
        assert await ended(reader)
        writer.close()
        again, back = await asyncio.open_connection(LOCALHOST, port)
        back.write(b"y")
        assert await again.read(1) == b"y"
        back.close()
        proxy.open = False
        closed, shut = await asyncio.open_connection(LOCALHOST, port)
        assert await ended(closed)
        shut.close()
