"""Which messengers there are, and how they are put into the gateway; one that is not configured is only named."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.channels.messengers.service import Messenger
from bot.channels.telegram.service import make_telegram
from bot.channels.wechat import platform as wechat

if TYPE_CHECKING:
    from bot.gateway.app import Gateway
    from bot.settings import Settings

NOT_CONFIGURED = "not configured"


def _wechat(gateway: Gateway) -> Messenger | None:
    made = wechat.make(gateway)
    return Messenger(gateway, made) if made else None


# channel -> what makes its messenger, None when it is not configured
MAKERS: dict[str, Callable[[Gateway], Messenger | None]] = {"telegram": make_telegram, "wechat": _wechat}
# channel -> the settings without which it is not configured
NEEDED = {"telegram": ("telegram_token",), "wechat": ("wechat_app_id", "wechat_token")}


def configured(settings: Settings, channel: str) -> bool:
    """Whether a channel has what it needs."""
    return all(settings.model_dump(include={name})[name] for name in NEEDED[channel])


class Messengers:
    """The messengers of this gateway by channel."""

    def __init__(self) -> None:
        self._configured: dict[str, Messenger] = {}
        self._prefixes: dict[str, Messenger] = {}
        self._ringing: set[asyncio.Task[None]] = set()

    def build(self, gateway: Gateway) -> None:
        """Make what is configured; calls nobody."""
        for channel, make in MAKERS.items():
            messenger = make(gateway)
            if messenger is not None:
                self._configured[channel] = self._prefixes[messenger.platform.prefix] = messenger
        gateway.streams.rung = self.ring

    def get(self, channel: str) -> Messenger | None:
        """The messenger of a channel; None when it is not configured."""
        return self._configured.get(channel)

    def all(self) -> list[Messenger]:
        """Those that are configured."""
        return list(self._configured.values())

    def conditions(self) -> dict[str, str]:
        """For readiness, where none of these makes the gateway unready."""
        known = self._configured
        return {name: known[name].condition() if name in known else NOT_CONFIGURED for name in MAKERS}

    def ring(self, conversation: str) -> None:
        """Something was written to a conversation, maybe one of ours."""
        messenger = self._prefixes.get(conversation[:3])
        if messenger is not None and messenger.serves:
            task = asyncio.create_task(messenger.ring(conversation))
            self._ringing.add(task)
            task.add_done_callback(self._ringing.discard)

    async def forget(self, conversation: str) -> None:
        """An eraser: whatever is kept of a conversation that is being erased goes too."""
        messenger = self._prefixes.get(conversation[:3])
        if messenger is not None:
            await messenger.forget(conversation)
