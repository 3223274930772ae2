"""The one way in for updates, whether Telegram calls the webhook or is asked: kept first, then carried out."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import structlog

from bot.channels.messengers.lines import guessed
from bot.channels.messengers.records import NotDelivered, Received
from bot.channels.telegram.platform import Telegram
from bot.channels.telegram.reading import read
from bot.gateway.problems import Problem
from bot.replies.messengers import line

if TYPE_CHECKING:
    from aiogram.types import Update

SORRY_SECONDS = 60.0
MOST_REMEMBERED = 2000
log = structlog.get_logger(__name__)


class Intake:
    """`keep` writes an update down and says whether it was new; raises Problem("store_away")."""

    def __init__(self, platform: Telegram, keep: Callable[[Received], Awaitable[bool]]) -> None:
        self._platform, self._keep = platform, keep
        self._apologised: OrderedDict[str, float] = OrderedDict()
        self._aside: set[asyncio.Task[None]] = set()

    async def take(self, raw: dict[str, Any]) -> None:
        """Raises Problem when it could not be kept and has to come again."""
        update = await self._platform.client.update_of(raw)
        if update is None:
            log.info("telegram.not_understood", kinds=sorted(str(key)[:40] for key in raw)[:5])
        else:
            await self.take_typed(update)

    async def take_typed(self, update: Update) -> None:
        """The same for an update that the library has read."""
        received = read(update, self._platform.client.bot_id)
        if received is None:
            return
        try:
            fresh = await self._keep(received)
        except Problem:
            self._later(self._apologise(received))
            raise
        if fresh and received.event.kind == "press":
            self._later(self._platform.acknowledge(received))

    async def _apologise(self, received: Received) -> None:
        """The database is away: Telegram keeps the message and brings it again; once a minute the visitor is told."""
        now = time.monotonic()
        if received.event.kind == "aside" or now - self._apologised.get(received.chat, -SORRY_SECONDS) < SORRY_SECONDS:
            return
        self._apologised[received.chat] = now
        if len(self._apologised) > MOST_REMEMBERED:
            self._apologised.popitem(last=False)
        with contextlib.suppress(NotDelivered):
            await self._platform.tell(received.address, line("delayed", guessed(received)))

    def _later(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)
