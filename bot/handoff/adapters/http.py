"""Calls of a help desk's API: a timeout each, and every failure told as what it means for the delivery."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from bot.handoff.mailers import NotSent
from bot.handoff.outbox import AWAY

LONGEST_WAIT = timedelta(hours=1)
DEFAULT_WAIT = timedelta(seconds=30)
# What the same call will be answered with again; everything else may be better next time, also a token that is renewed.
FOR_GOOD = frozenset({400, 404, 405, 409, 410, 413, 422})


class Api:
    """JSON calls below one address. `seconds` is for a whole call, from connecting to the last byte."""

    def __init__(self, base_url: str, headers: Mapping[str, str], seconds: float) -> None:
        self._seconds = seconds
        self._client = httpx.AsyncClient(
            base_url=base_url.rstrip("/"), headers=dict(headers), timeout=seconds, trust_env=False
        )

    async def get(self, path: str, **params: Any) -> Any:
        return await self.call("GET", path, params=params)

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        return await self.call("POST", path, body)

    async def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, params: Mapping[str, Any] | None = None
    ) -> Any:
        """The answer's JSON, None for an empty one; raises NotSent with the status or the class of the failure."""
        try:
            async with asyncio.timeout(self._seconds):
                response = await self._client.request(method, path, json=body, params=params or None)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotSent(f"{AWAY}{type(error).__name__}") from None
        except (httpx.HTTPError, TimeoutError) as error:
            raise NotSent(f"send:{type(error).__name__}") from None
        if not response.is_success:
            raise refusal(response.status_code, response.headers.get("retry-after"))
        try:
            return response.json() if response.content else None
        except ValueError:
            raise NotSent("send:no JSON") from None

    async def close(self) -> None:
        await self._client.aclose()


def refusal(status: int, retry_after: str | None = None) -> NotSent:
    """What an answer other than 2xx means."""
    after = _wait(retry_after) if status == 429 or (status == 503 and retry_after) else None
    return NotSent(f"send:HTTP {status}", permanent=status in FOR_GOOD, after=after)


def is_missing(refused: NotSent) -> bool:
    """Whether what was called does not exist there."""
    return refused.error == "send:HTTP 404"


def is_invalid(refused: NotSent) -> bool:
    """Whether the call itself was not accepted as it was."""
    return refused.error == "send:HTTP 422"


def _wait(retry_after: str | None) -> timedelta:
    """Seconds or a date, as RFC 9110 has it."""
    if not retry_after:
        return DEFAULT_WAIT
    try:
        wait = (
            timedelta(seconds=int(retry_after))
            if retry_after.strip().isdigit()
            else parsedate_to_datetime(retry_after).astimezone(UTC) - datetime.now(UTC)
        )
    except (ValueError, OverflowError):
        return DEFAULT_WAIT
    return min(max(wait, timedelta(seconds=1)), LONGEST_WAIT)
