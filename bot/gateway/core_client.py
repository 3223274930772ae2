"""The way to the sealed core: strict timeouts, patience while the core restarts, and whether a turn may have happened."""

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any

import aiohttp

from bot.gateway.loopback import Loopback
from bot.gateway.problems import Problem

RETRY_EVERY_SECONDS = 0.4
TURN_PATH = "/webhooks/gateway/turn"
HEALTH_PATH = "/webhooks/gateway/health"
ERASE_PATH = "/webhooks/gateway/erase"


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
    """What the core answered; `language` is the one it answered in, `missed` whether it had to say it does not know.

    `failed`: it said that something is out of order, since an action could not be carried out or its answer got lost.
    """

    messages: list[dict[str, Any]]
    language: str | None
    fixed_language: str | None
    missed: bool = False
    failed: bool = False
    core_ms: float | None = None
    actions_ms: float | None = None


class TurnRefused(Problem):
    """The core has not taken the turn when asked this time; `final`: nor at any time before.

    After any other Problem it may have.
    """

    def __init__(self, code: str, *, retry_after: int | None = None, final: bool = False) -> None:
        super().__init__(code, retry_after=retry_after)
        self.final = final


class CoreClient:
    """Raises Problem: assistant_away, assistant_slow or store_away. Asking again with the same message id is safe."""

    def __init__(self, base_url: str, secret: str, *, timeout: float, patience: float) -> None:
        self._http = Loopback(base_url, secret)
        self._timeout = timeout
        self._patience = patience
        self._away_since: float | None = None

    async def ask(self, turn: Turn) -> Reply:
        """The core's answer. A restarting core is waited for, once for all turns that wait together."""
        try:
            async with asyncio.timeout(self._timeout):
                return _read_reply(*await self._post(json.dumps(vars(turn)).encode()))
        except TimeoutError as error:
            raise Problem("assistant_slow", retry_after=2) from error

    async def _post(self, body: bytes) -> tuple[int, bytes]:
        refused = True
        while True:
            try:
                answer = await self._http.post(TURN_PATH, body)
                self._away_since = None
                return answer
            except aiohttp.ClientError as error:
                refused = refused and isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError)
                now = time.monotonic()
                self._away_since = self._away_since or now
                if now - self._away_since >= self._patience:
                    raise (TurnRefused if refused else Problem)("assistant_away", retry_after=3) from error
                await asyncio.sleep(RETRY_EVERY_SECONDS)

    async def erase(self, conversation: str, seconds: float) -> bool:
        """Whether the core has forgotten a conversation; False when it did not answer so within `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                status, _ = await self._http.post(ERASE_PATH, json.dumps({"conversation": conversation}).encode())
        except (aiohttp.ClientError, TimeoutError):
            return False
        return status == 204

    async def health(self, seconds: float) -> dict[str, Any]:
        """The core's own health object {status, model, ...}; raises as Loopback.get does."""
        body = await self._http.get(HEALTH_PATH, seconds)
        if not isinstance(body, dict):
            raise ValueError("health is not an object")
        return body

    async def close(self) -> None:
        await self._http.close()


def _read_reply(status: int, body: bytes) -> Reply:
    try:
        document = json.loads(body)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        document = {}
    if status == 504:
        raise Problem("assistant_slow", retry_after=2)
    if status == 503:
        if document.get("error") == "store":  # slow to take the transcript, it may have written it all the same
            raise Problem("store_away", retry_after=5)
        raise TurnRefused("store_away", retry_after=5, final=document.get("error") == "turn")
    if status != 200:
        raise TurnRefused("assistant_away", retry_after=5, final=status == 400)
    messages = document.get("messages")
    if not isinstance(messages, list):
        raise Problem("assistant_away", retry_after=5)
    said = [message for message in messages if isinstance(message, dict)]
    times = [
        value if isinstance(value, int | float) else None for value in map(document.get, ("turn_ms", "actions_ms"))
    ]
    missed, failed = document.get("missed") is True, document.get("failed") is True
    return Reply(said, document.get("language"), document.get("fixed_language"), missed, failed, *times)
