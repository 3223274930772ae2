"""Asks Telegram for updates where it cannot call: each is kept before the next batch is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from bot.channels.messengers import state
from bot.channels.messengers.records import Later, NotDelivered
from bot.channels.telegram.client import Client
from bot.channels.telegram.intake import Intake
from bot.channels.telegram.platform import CHANNEL
from bot.channels.telegram.reading import UPDATES
from bot.gateway.database import Database
from bot.gateway.problems import Problem

WAIT_SECONDS = 25  # how long Telegram keeps a request open when there is nothing
IDLE_SECONDS = 1.0
OFFSET = "offset"
log = structlog.get_logger(__name__)


class Poller:
    """The offset is kept in the database, so that a start goes on where the last one ended."""

    def __init__(
        self, client: Client, intake: Intake, db: Database, may_ask: Callable[[], bool], wait: int = WAIT_SECONDS
    ) -> None:
        self._client, self._intake, self._db, self._may_ask, self._wait = client, intake, db, may_ask, wait

    async def run(self) -> None:
        """For ever; what fails is tried again."""
        said = ""
        while True:
            pause = 0.0 if self._may_ask() else IDLE_SECONDS
            if not pause:
                try:
                    await self.once()
                    said = ""
                except Later as failure:
                    pause = failure.seconds
                    if failure.reason != said:
                        log.warning("telegram.not_fetched", reason=failure.reason)
                    said = failure.reason
                except (NotDelivered, Problem):
                    pause = IDLE_SECONDS
                except Exception as error:
                    log.error("telegram.poll_stumbled", error=type(error).__name__)
                    pause = IDLE_SECONDS
            await asyncio.sleep(pause)

    async def once(self) -> int:
        """Fetch one batch and keep it; how many there were. Raises NotDelivered and Problem."""
        await self._client.loaded()
        from aiogram.methods import GetUpdates

        known = await self._db.read(lambda db: state.get(db, CHANNEL, OFFSET))
        offset = int(known.value) if known else None
        method = GetUpdates(offset=offset, timeout=self._wait, allowed_updates=list(UPDATES))
        updates = await self._client.call(method, seconds=self._wait + 10)
        for update in updates:
            await self._intake.take_typed(update)
            after = str(update.update_id + 1)
            await self._db.write(lambda db, after=after: state.put(db, CHANNEL, OFFSET, after))  # type: ignore[misc]
        return len(updates)
