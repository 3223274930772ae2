"""A TCP proxy that passes, holds, breaks, slows or answers for what is behind it; one stands between every two parts."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from typing import Literal

Mode = Literal["pass", "swallow", "reset", "refuse", "delay", "error"]
DELAY_SECONDS = 0.4
ERROR = b"HTTP/1.1 500 Internal Server Error\r\nContent-Type: text/plain\r\nContent-Length: 5\r\nConnection: close\r\n\r\nfault"
CHUNK = 65536


class Proxy:
    """Listens on a port of 127.0.0.1 for one target, in the running event loop.

    pass: as if it were not there. swallow: connections are taken and nothing moves until the mode changes, then all of
    it does, as with lost packets. reset: what is open breaks, what comes is broken. refuse: nothing listens. delay:
    each chunk is late. error: every request gets HTTP 500.
    """

    def __init__(self, name: str, target: tuple[str, int]) -> None:
        self.name, self.target = name, target
        self.port = 0
        self.mode: Mode = "pass"
        self.taken = 0  # connections so far
        self.held = 0  # of these, how many came while nothing moved
        self._server: asyncio.Server | None = None
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen; the port stays the same from then on."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        await self._close_door()
        self._break_all()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def set(self, mode: Mode) -> None:
        """Change what happens to connections, the open ones included."""
        self.mode = mode
        if mode == "swallow":
            self._flowing.clear()
        else:
            self._flowing.set()
        if mode in ("reset", "refuse"):
            self._break_all()
        if mode == "refuse":
            await self._close_door()
        elif self._server is None:
            await self.start()

    @property
    def connections(self) -> int:
        """How many are open on the side of whoever called."""
        return len(self._open) // 2

    async def _close_door(self) -> None:
        if self._server:
            self._server.close()
            self._server = None

    def _break_all(self) -> None:
        for writer in list(self._open):
            _reset(writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.taken += 1
        try:
            with contextlib.suppress(asyncio.CancelledError):  # at the end; asyncio would complain about it
                await self._connect(reader, writer)
        finally:
            self._tasks.discard(task)
            self._open.discard(writer)
            with contextlib.suppress(OSError, RuntimeError):
                writer.close()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.mode == "reset":
            _reset(writer)
            return
        self._open.add(writer)
        self.held += not self._flowing.is_set()
        await self._flowing.wait()
        try:
            behind, onward = await asyncio.open_connection(*self.target)
        except OSError:
            _reset(writer)
            return
        self._open.add(onward)
        pumps = [
            asyncio.create_task(self._pump(reader, onward, writer)),
            asyncio.create_task(self._pump(behind, writer)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            # The other direction may still have to empty itself after one side has said its last.
            await asyncio.wait(pumps, timeout=1.0)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            self._open.discard(onward)
            onward.close()

    async def _pump(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, caller: asyncio.StreamWriter | None = None
    ) -> None:
        """`caller` is given in the direction of requests: who gets the answer instead when the mode is error."""
        with contextlib.suppress(OSError):
            while data := await source.read(CHUNK):
                await self._flowing.wait()
                if self.mode == "delay":
                    await asyncio.sleep(DELAY_SECONDS)
                if self.mode == "error" and caller is not None:
                    caller.write(ERROR)
                    await caller.drain()
                    return
                sink.write(data)
                await sink.drain()
            if sink.can_write_eof():
                sink.write_eof()


def _reset(writer: asyncio.StreamWriter) -> None:
    """End a connection as a machine does that has lost all memory of it."""
    with contextlib.suppress(OSError, AttributeError):
        sock: socket.socket = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
