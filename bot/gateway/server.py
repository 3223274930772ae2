"""Serves the gateway by uvicorn: no version in any header, no access log, nobody may send headers for ever."""

import asyncio
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bot.gateway.app import create_app
from bot.settings import Settings

HEADER_SECONDS = 10.0
KEEP_ALIVE_SECONDS = 15
GRACEFUL_SECONDS = 15
MAX_CONNECTIONS = 2000


class ImpatientProtocol(HttpToolsProtocol):
    """Closes a connection whose request head is not complete in time; uvicorn itself would wait for ever."""

    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_head()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._expect_head()

    def on_headers_complete(self) -> None:
        self._forget_head()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget_head()
        super().connection_lost(exc)

    def _expect_head(self) -> None:
        self._forget_head()
        self._head_timer = self.loop.call_later(HEADER_SECONDS, self.transport.close)

    def _forget_head(self) -> None:
        if self._head_timer:
            self._head_timer.cancel()
            self._head_timer = None


def server_options(settings: Settings) -> dict[str, Any]:
    """The keyword arguments for uvicorn.Config, for tests and for serve()."""
    return {
        "http": ImpatientProtocol,
        "ws": "none",
        "server_header": False,
        "proxy_headers": False,
        "access_log": False,
        "log_config": None,  # its lines go through ours, which are cleaned
        "timeout_keep_alive": KEEP_ALIVE_SECONDS,
        "timeout_graceful_shutdown": GRACEFUL_SECONDS,
        "limit_concurrency": MAX_CONNECTIONS,
    }


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; running turns end first."""
    config = uvicorn.Config(create_app(settings), host=settings.host, port=settings.port, **server_options(settings))
    uvicorn.Server(config).run()
