"""Telegram at work inside the gateway: the shared mechanism, its own way in, and polling where that is wanted."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import structlog

from bot.channels.messengers.records import Received
from bot.channels.messengers.service import Messenger
from bot.channels.telegram.intake import Intake
from bot.channels.telegram.platform import Telegram, client_of
from bot.channels.telegram.poller import Poller

if TYPE_CHECKING:
    from bot.gateway.app import Gateway

log = structlog.get_logger(__name__)


class TelegramMessenger(Messenger):
    """What the webhook and the poller put in here comes out of the same worker."""

    def __init__(self, gateway: Gateway, telegram: Telegram) -> None:
        super().__init__(gateway, telegram)
        self.intake = Intake(telegram, self._keep)
        polls = gateway.settings.telegram_polling
        self._poller = Poller(telegram.client, self.intake, gateway.db, lambda: self.serves) if polls else None
        self._telegram, self._beside = telegram, set[asyncio.Task[None]]()
        self._forged, self._say_again_at = 0, 0.0

    def start(self) -> None:
        super().start()
        if self._poller:
            self._beside.add(asyncio.create_task(self._poller.run()))

    async def stop(self) -> None:
        for task in self._beside:
            task.cancel()
        await asyncio.gather(*self._beside, return_exceptions=True)
        await super().stop()

    def refused(self) -> None:
        """A call without the secret came; said once a minute, however many there are."""
        self._forged += 1
        if time.monotonic() >= self._say_again_at:
            log.warning("telegram.wrong_secret", count=self._forged)
            self._forged, self._say_again_at = 0, time.monotonic() + 60.0

    async def _keep(self, received: Received) -> bool:
        return (await self.receive(received)).fresh


def make_telegram(gateway: Gateway) -> TelegramMessenger | None:
    """The configured bot, or None; nothing is called yet."""
    if not gateway.settings.telegram_token.get_secret_value():
        return None
    client = client_of(gateway.settings)
    client.load()
    return TelegramMessenger(gateway, Telegram(client))
