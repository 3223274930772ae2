"""The way to the sealed core: one kept HTTP client, strict timeouts, patience while the core restarts."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import httpx

from bot.gateway.problems import Problem

CONNECT_SECONDS = 1.0
RETRY_EVERY_SECONDS = 0.4
TURN_PATH = "/webhooks/gateway/turn"
HEALTH_PATH = "/webhooks/gateway/health"


@dataclass(frozen=True)
class Turn:
    """What the core is asked: one message of one conversation; `choice` is {intent, entities} for a pressed button."""

    conversation: str
    message_id: str
    text: str
    choice: dict[str, Any] | None
    language: str
    channel: str


@dataclass(frozen=True)
class Reply:
    """What the core answered; `language` is the one it answered in."""

    messages: list[dict[str, Any]]
    language: str | None
    fixed_language: str | None


class CoreClient:
    """Raises Problem: assistant_away, assistant_slow or store_away. Asking again with the same message id is safe."""

    def __init__(self, base_url: str, secret: str, *, timeout: float, patience: float) -> None:
        self._http = httpx.AsyncClient(
            base_url=base_url,
            headers={"Authorization": f"Bearer {secret}"},
            timeout=httpx.Timeout(timeout, connect=CONNECT_SECONDS),
            # As many as may be busy at once, and let go before the core closes them.
            limits=httpx.Limits(max_connections=100, max_keepalive_connections=100, keepalive_expiry=4.0),
            trust_env=False,
        )
        self._timeout = timeout
        self._patience = patience
        self._away_since: float | None = None

    async def ask(self, turn: Turn) -> Reply:
        """The core's answer. A restarting core is waited for, once for all turns that wait together."""
        try:
            async with asyncio.timeout(self._timeout):
                return _read_reply(await self._post(turn))
        except (TimeoutError, httpx.ReadTimeout, httpx.PoolTimeout) as error:
            raise Problem("assistant_slow", retry_after=2) from error

    async def _post(self, turn: Turn) -> httpx.Response:
        while True:
            try:
                response = await self._http.post(TURN_PATH, json=vars(turn))
                self._away_since = None
                return response
            except (httpx.ReadTimeout, httpx.PoolTimeout):
                raise
            except httpx.TransportError as error:
                now = time.monotonic()
                self._away_since = self._away_since or now
                if now - self._away_since >= self._patience:
                    raise Problem("assistant_away", retry_after=3) from error
                await asyncio.sleep(RETRY_EVERY_SECONDS)

    async def health(self, seconds: float) -> dict[str, Any]:
        """The core's own health object {status, model, ...}; raises httpx.HTTPError or ValueError."""
        response = await self._http.get(HEALTH_PATH, timeout=seconds)
        response.raise_for_status()
        body = response.json()
        if not isinstance(body, dict):
            raise ValueError("health is not an object")
        return body

    async def close(self) -> None:
        await self._http.aclose()


def _read_reply(response: httpx.Response) -> Reply:
    if response.status_code == 504:
        raise Problem("assistant_slow", retry_after=2)
    if response.status_code == 503:
        raise Problem("store_away", retry_after=5)
    if response.status_code != 200:
        raise Problem("assistant_away", retry_after=5)
    try:
        body = response.json()
        messages = [message for message in body["messages"] if isinstance(message, dict)]
    except (ValueError, KeyError, TypeError) as error:
        raise Problem("assistant_away", retry_after=5) from error
    return Reply(messages, body.get("language"), body.get("fixed_language"))
