"""A kept HTTP client for one of our own processes on loopback, with a parser in C since every turn goes through it."""

from typing import Any

import aiohttp

CONNECT_SECONDS = 1.0
# As many as may be busy at once, and let go before the other side closes them.
MAX_CONNECTIONS = 100
KEPT_SECONDS = 4.0


class Loopback:
    """Asks `base_url` with a bearer secret; opens at the first request, in the event loop that makes it.

    Methods raise aiohttp.ClientError when the other side cannot be reached or breaks off, TimeoutError when it is slow.
    """

    def __init__(self, base_url: str, secret: str) -> None:
        self._base_url = base_url
        self._headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
        self._session: aiohttp.ClientSession | None = None

    async def post(self, path: str, body: bytes) -> tuple[int, bytes]:
        """Status and body of the answer to a JSON document; the caller sets the deadline."""
        async with self._open().post(self._base_url + path, data=body, allow_redirects=False) as response:
            return response.status, await response.read()

    async def get(self, path: str, seconds: float) -> Any:
        """The JSON document behind a path; also raises ValueError when it is none or not a success."""
        timeout = aiohttp.ClientTimeout(seconds, sock_connect=CONNECT_SECONDS)
        async with self._open().get(self._base_url + path, timeout=timeout, allow_redirects=False) as response:
            if response.status != 200:
                raise ValueError(f"status {response.status}")
            return await response.json(content_type=None)

    async def close(self) -> None:
        if self._session:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                headers=self._headers,
                connector=aiohttp.TCPConnector(limit=MAX_CONNECTIONS, keepalive_timeout=KEPT_SECONDS),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session
