"""Whether everything a turn needs answers: database, core, model, actions. Liveness asks none of them."""

import asyncio
import time
from typing import Any

import aiohttp

from bot.gateway.core_client import CoreClient
from bot.gateway.database import Database
from bot.gateway.loopback import Loopback
from bot.gateway.problems import Problem

CHECK_SECONDS = 2.0
KEPT_SECONDS = 1.0  # anyone may ask; the parts behind are asked at most this often


class Readiness:
    """Asks all parts at once, each with its own timeout."""

    def __init__(self, db: Database, core: CoreClient, actions_url: str, actions_token: str) -> None:
        self._db, self._core = db, core
        self._actions = Loopback(actions_url, actions_token)
        self._last: tuple[float, dict[str, str]] | None = None
        self._asking = asyncio.Lock()

    async def checks(self) -> dict[str, str]:
        """{database, core, model, actions}: "ok" or "fail"."""
        async with self._asking:
            if self._last and time.monotonic() - self._last[0] < KEPT_SECONDS:
                return self._last[1]
            database, core, actions = await asyncio.gather(
                self._answers(self._db.ping()), self._core_health(), self._answers(self._actions_health())
            )
            result = {
                "database": _word(database),
                "core": _word(core is not None),
                "model": _word(bool(core and core.get("model"))),
                "actions": _word(actions),
            }
            self._last = (time.monotonic(), result)
            return result

    async def close(self) -> None:
        await self._actions.close()

    async def _core_health(self) -> dict[str, Any] | None:
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                return await self._core.health(CHECK_SECONDS)
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return None

    async def _actions_health(self) -> None:
        await self._actions.get("/health", CHECK_SECONDS)

    async def _answers(self, check: Any) -> bool:
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                await check
            return True
        except (aiohttp.ClientError, TimeoutError, ValueError, Problem):
            return False


def _word(ok: bool) -> str:
    return "ok" if ok else "fail"
