"""The proxy itself: each mode does to a connection what its name says, and passing leaves it alone."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from .proxy import Mode, Proxy

SECONDS = 60


@asynccontextmanager
async def echo() -> AsyncIterator[Proxy]:
    """A proxy before a server that sends back what it gets."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1024):
            writer.write(data)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    proxy = Proxy("echo", ("127.0.0.1", server.sockets[0].getsockname()[1]))
    await proxy.start()
    try:
        yield proxy
    finally:
        await proxy.set("pass")
        await proxy.stop()
        server.close()


def run(work: Callable[[Proxy], Awaitable[None]]) -> None:
    async def inside() -> None:
        async with asyncio.timeout(SECONDS), echo() as proxy:
            await work(proxy)

    asyncio.run(inside())


async def said(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, data: bytes) -> bytes:
    writer.write(data)
    await writer.drain()
    return await reader.readexactly(len(data))


def test_what_passes_is_the_same_and_the_end_of_one_side_reaches_the_other() -> None:
    async def work(proxy: Proxy) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        assert await said(reader, writer, b"x" * 100_000) == b"x" * 100_000
        writer.write_eof()
        assert await reader.read() == b""
        assert proxy.taken == 1

    run(work)


def test_what_is_swallowed_comes_when_the_way_is_free_again() -> None:
    async def work(proxy: Proxy) -> None:
        before = await asyncio.open_connection("127.0.0.1", proxy.port)
        assert await said(*before, b"hello") == b"hello"
        await proxy.set("swallow")
        later = await asyncio.open_connection("127.0.0.1", proxy.port)
        waiting = [asyncio.create_task(said(*one, b"held")) for one in (before, later)]
        done, _ = await asyncio.wait(waiting, timeout=0.5)
        assert not done
        await proxy.set("pass")
        assert [await one for one in waiting] == [b"held", b"held"]

    run(work)


@pytest.mark.parametrize("mode", ["reset", "refuse"])
def test_open_connections_break_and_new_ones_come_to_nothing(mode: Mode) -> None:
    async def work(proxy: Proxy) -> None:
        before = await asyncio.open_connection("127.0.0.1", proxy.port)
        assert await said(*before, b"hello") == b"hello"
        await proxy.set(mode)
        with pytest.raises((OSError, asyncio.IncompleteReadError)):
            await said(*before, b"broken")
        with pytest.raises((OSError, asyncio.IncompleteReadError)):
            await said(*await asyncio.open_connection("127.0.0.1", proxy.port), b"broken")
        port = proxy.port
        await proxy.set("pass")
        assert proxy.port == port
        assert await said(*await asyncio.open_connection("127.0.0.1", port), b"again") == b"again"

    run(work)


def test_an_error_is_answered_in_place_of_what_is_behind() -> None:
    async def work(proxy: Proxy) -> None:
        await proxy.set("error")
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"POST / HTTP/1.1\r\n\r\n")
        assert (await reader.read()).startswith(b"HTTP/1.1 500")

    run(work)


def test_what_is_slow_comes_all_the_same() -> None:
    async def work(proxy: Proxy) -> None:
        await proxy.set("delay")
        assert await said(*await asyncio.open_connection("127.0.0.1", proxy.port), b"late") == b"late"

    run(work)
