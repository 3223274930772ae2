"""Calls of the platform's API: one deadline each, errcodes read though HTTP says 200, one more try with a new token."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Protocol

import aiohttp

from bot.channels.wechat.errors import Away, PlatformError, TokenInvalid, meaning

CONNECT_SECONDS = 3.0
MAX_ANSWER = 256 * 1024


class TokenSource(Protocol):
    """Where the access token comes from."""

    async def current(self) -> str:
        """The token to use now; raises PlatformError."""

    async def renewed(self, refused: str) -> str:
        """Another token than the one that the platform has refused; raises PlatformError."""


class Transport:
    """JSON calls below the platform's address. aiohttp, because it never writes addresses with a token into a log."""

    def __init__(self, base_url: str, seconds: float) -> None:
        self._base_url, self._seconds = base_url.rstrip("/"), seconds
        self._session: aiohttp.ClientSession | None = None

    async def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, token: str | None = None
    ) -> dict[str, Any]:
        """The answer's object; raises Away, or what its errcode means."""
        # Characters as they are: the platform would show visitors \u4f60 as it stands.
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        params = {"access_token": token} if token else None
        try:
            async with asyncio.timeout(self._seconds):
                async with self._open().request(
                    method, self._base_url + path, data=data, params=params, allow_redirects=False
                ) as response:
                    status, raw = response.status, await response.content.read(MAX_ANSWER)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Away(type(error).__name__) from None
        if status != 200:
            raise Away(f"HTTP {status}")
        try:
            found = json.loads(raw)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise Away("no JSON")
        code = found.get("errcode", 0)
        if code != 0:
            raise meaning(code) if isinstance(code, int) else PlatformError("no errcode")
        return found

    async def close(self) -> None:
        if self._session:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                headers={"Content-Type": "application/json; charset=utf-8"},
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
            )
        return self._session


class Client:
    """What we ask of the platform. All methods raise PlatformError in one of its kinds."""

    def __init__(self, transport: Transport, tokens: TokenSource) -> None:
        self._transport, self._tokens = transport, tokens

    async def send_text(self, open_id: str, text: str) -> None:
        """A customer-service message; costs one of the visitor's quota."""
        body = {"touser": open_id, "msgtype": "text", "text": {"content": text}}
        await self._authorised("POST", "/cgi-bin/message/custom/send", body)

    async def make_menu(self, menu: Mapping[str, Any]) -> None:
        """Replace the account's menu."""
        await self._authorised("POST", "/cgi-bin/menu/create", menu)

    async def delete_menu(self) -> None:
        await self._authorised("GET", "/cgi-bin/menu/delete")

    async def read_menu(self) -> dict[str, Any]:
        """The menu as visitors see it, and whether there is one."""
        return await self._authorised("GET", "/cgi-bin/get_current_selfmenu_info")

    async def close(self) -> None:
        await self._transport.close()

    async def _authorised(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        token = await self._tokens.current()
        try:
            return await self._transport.call(method, path, body, token)
        except TokenInvalid:
            return await self._transport.call(method, path, body, await self._tokens.renewed(token))
