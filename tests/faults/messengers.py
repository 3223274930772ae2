"""People who write in Telegram and WeChat; what they write is brought to the gateway until it is taken, as both platforms do."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bot.channels.messengers.updates import key
from tests.channels.telegram.visitors import HEADER, SECRET
from tests.channels.wechat.fake_pushes import Pushes, message

from .platforms import AES_KEY
from .stage import Stage

TRY_SECONDS = 5.0  # WeChat waits no longer for a delivery to be taken
PAUSE_SECONDS = 1.0
PATIENCE_SECONDS = 120.0


@dataclass
class Delivery:
    """One message as its platform brings it; `tries` are (status, seconds), status 0 when nothing came back in time."""

    update_id: str
    text: str
    content: Any
    tries: list[tuple[int, float]] = field(default_factory=list)

    @property
    def taken(self) -> bool:
        return any(status == 200 for status, _ in self.tries)


class Writer(ABC):
    """One person on one platform, in a chat of their own."""

    channel = ""

    def __init__(self, stage: Stage, language: str) -> None:
        self.stage, self.language = stage, language
        self.said: list[Delivery] = []

    @property
    @abstractmethod
    def chat(self) -> str:
        """As the gateway calls it."""

    @abstractmethod
    def heard(self) -> list[str]:
        """What has arrived on the device, the first first."""

    @abstractmethod
    def message(self, text: str) -> Delivery:
        """A message that is not brought yet."""

    async def bring(self, delivery: Delivery, **forged: str | None) -> int:
        """One try of the platform; `forged` replaces what proves that it comes from there."""
        body, headers, query = self._signed(delivery, forged)
        url, patience = f"{self.stage.url}/hooks/{self.channel}", aiohttp.ClientTimeout(total=TRY_SECONDS)
        begun = time.monotonic()
        try:
            async with self.stage.http.post(url, data=body, headers=headers, params=query, timeout=patience) as answer:
                status, content = answer.status, await answer.read()
                # A platform shows what comes in the first response and asks no more.
                if status == 200 and not delivery.taken:
                    self._shown(content)
        except (aiohttp.ClientError, TimeoutError, OSError):
            status = 0
        delivery.tries.append((status, time.monotonic() - begun))
        return status

    async def say(self, text: str) -> Delivery:
        """Write; the platform brings it until it is taken. Raises TimeoutError."""
        delivery = self.message(text)
        self.said.append(delivery)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await self.bring(delivery) != 200:
                await asyncio.sleep(PAUSE_SECONDS)
        return delivery

    async def conversation(self) -> str:
        """The conversation that the chat has come to; empty while nothing was carried out."""
        found = await self.stage.query(
            f"SELECT conversation FROM messenger_chat WHERE channel = '{self.channel}' AND chat = '{self.chat}'"
        )
        return str(found[0][0]) if found else ""

    @abstractmethod
    def _signed(
        self, delivery: Delivery, forged: dict[str, str | None]
    ) -> tuple[bytes, dict[str, str], dict[str, str]]:
        """(body, headers, query) of one try."""

    def _shown(self, answer: bytes) -> None:  # noqa: B027 - most show nothing
        """A platform may show what comes in the response itself."""


class TelegramWriter(Writer):
    channel = "telegram"

    def __init__(self, stage: Stage, language: str) -> None:
        super().__init__(stage, language)
        self._chat = stage.platforms.telegram.visitor(language)

    @property
    def chat(self) -> str:
        return self._chat.conversation

    def heard(self) -> list[str]:
        return self._chat.texts()

    def message(self, text: str) -> Delivery:
        update = self._chat.says(text)
        return Delivery(key(str(update["update_id"])), text, update)

    def _signed(
        self, delivery: Delivery, forged: dict[str, str | None]
    ) -> tuple[bytes, dict[str, str], dict[str, str]]:
        secret = forged.get("secret", SECRET)
        headers = {"Content-Type": "application/json"} | ({HEADER: secret} if secret is not None else {})
        return json.dumps(delivery.content).encode(), headers, {}


class WeChatWriter(Writer):
    channel = "wechat"

    def __init__(self, stage: Stage, language: str) -> None:
        super().__init__(stage, language)
        self._open_id = f"o6_bm{uuid.uuid4().hex[:23]}"
        self._pushes = Pushes(stage.platforms.accounts, stage.url, key=AES_KEY)

    @property
    def chat(self) -> str:
        return f"wx:{self._open_id}"

    def heard(self) -> list[str]:
        return list(self.stage.platforms.accounts.follower(self._open_id).shown)

    def message(self, text: str) -> Delivery:
        self.stage.platforms.accounts.wrote(self._open_id)
        fields = message(self._open_id, text)
        return Delivery(key(f"{self._open_id}-{fields['MsgId']}"), text, fields)

    def _signed(
        self, delivery: Delivery, forged: dict[str, str | None]
    ) -> tuple[bytes, dict[str, str], dict[str, str]]:
        body, query = self._pushes.signed(delivery.content)
        query |= {name: value for name, value in forged.items() if value is not None}
        return body, {"Content-Type": "text/xml"}, query

    def _shown(self, answer: bytes) -> None:
        self._pushes.show(self._open_id, answer)


WRITERS: dict[str, type[TelegramWriter | WeChatWriter]] = {"telegram": TelegramWriter, "wechat": WeChatWriter}


def writer(stage: Stage, channel: str, language: str) -> Writer:
    return WRITERS[channel](stage, language)


async def until_done(stage: Stage, one: Writer) -> None:
    """Until all that this writer's platform brought is carried out. Raises TimeoutError."""
    open_ = f"SELECT id FROM messenger_update WHERE chat = '{one.chat}' AND done_at IS NULL"
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await stage.query(open_):
            await asyncio.sleep(0.2)
