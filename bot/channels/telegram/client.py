"""The Bot API: one call with a deadline, at the pace Telegram allows, and what its refusals mean for us.

The library is loaded only where it is used: its types cost five seconds of work and 150 MB. The gateway loads it before it
starts, since beside running work it would slow every transaction down.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from bot.channels.messengers.records import Blocked, Later, NotDelivered, Refused

if TYPE_CHECKING:
    from aiogram import Bot
    from aiogram.methods import TelegramMethod
    from aiogram.types import Update

# https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
SECONDS_PER_CHAT = 1.0
CALLS_PER_SECOND = 30
AWAY_SECONDS = 1.0
REFUSED_TOKEN_SECONDS = 60.0
MOST_CHATS = 10_000
_GONE = ("chat not found", "user is deactivated", "bot was blocked", "bot was kicked", "peer_id_invalid")


class NotShown(Refused):
    """Telegram cannot show the message as it is: its markup or its keyboard; `part` says which."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part


class Conflict(Later):
    """Updates are fetched elsewhere, or a webhook is set."""


class Client:
    """Raises Later, Blocked and Refused only; never an error that shows the token, which is part of every address."""

    def __init__(
        self, token: str, base_url: str, timeout: float, *, seconds_per_chat: float = SECONDS_PER_CHAT
    ) -> None:
        self.bot_id = int(token.partition(":")[0])
        self._token, self._base_url, self._timeout = token, base_url, timeout
        self._bot: Bot | None = None
        self._loading: asyncio.Future[Bot] | None = None
        self.pace = Pace(seconds_per_chat, CALLS_PER_SECOND)

    async def call[T](self, method: TelegramMethod[T], *, chat: str | None = None, seconds: float | None = None) -> T:
        """The result of one call. With `chat` it waits for that chat's turn; `seconds` replace the usual deadline."""
        from aiogram.exceptions import AiogramError

        bot = await self.loaded()
        await self.pace.turn(chat)
        try:
            return await bot(method, request_timeout=int(seconds) if seconds else None)
        except AiogramError as error:
            raise _meaning(error) from None
        except (OSError, TimeoutError, ValueError) as error:  # what the library lets through from below
            raise Later(type(error).__name__, AWAY_SECONDS, whole=True) from None

    async def update_of(self, raw: dict[str, Any]) -> Update | None:
        """The typed update; None for one that this version of the library does not know."""
        await self.loaded()
        from aiogram.types import Update
        from pydantic import ValidationError

        try:
            return Update.model_validate(raw)
        except ValidationError:
            return None

    async def loaded(self) -> Bot:
        """The library's client, which this waits for and the event loop does not."""
        if self._bot is None:
            if self._loading is None:
                self._loading = asyncio.get_running_loop().run_in_executor(None, self._load)
            self._bot = await asyncio.shield(self._loading)
        return self._bot

    async def close(self) -> None:
        if self._bot is not None:
            await self._bot.session.close()

    def load(self) -> None:
        """Load the library now and in this thread."""
        self._bot = self._bot or self._load()

    def _load(self) -> Bot:
        from aiogram import Bot
        from aiogram.client.session.aiohttp import AiohttpSession
        from aiogram.client.telegram import TelegramAPIServer

        session = AiohttpSession(api=TelegramAPIServer.from_base(self._base_url), timeout=self._timeout)
        return Bot(self._token, session)


class Pace:
    """Spaces out calls: each chat's own, and all together."""

    def __init__(self, seconds_per_chat: float, per_second: int) -> None:
        self._per_chat, self._between = seconds_per_chat, 1 / per_second
        self._chats: OrderedDict[str, float] = OrderedDict()
        self._next = 0.0

    async def turn(self, chat: str | None) -> None:
        """Wait until a call may be made."""
        loop = asyncio.get_running_loop()
        if chat is not None:
            at = max(loop.time(), self._chats.get(chat, 0.0))
            self._chats[chat] = at + self._per_chat
            self._chats.move_to_end(chat)
            if len(self._chats) > MOST_CHATS:
                self._chats.popitem(last=False)
            await asyncio.sleep(max(0.0, at - loop.time()))
        at = max(loop.time(), self._next)
        self._next = at + self._between
        await asyncio.sleep(max(0.0, at - loop.time()))


def _meaning(error: Exception) -> NotDelivered:
    from aiogram import exceptions as known

    said = str(getattr(error, "message", "")).lower()
    if isinstance(error, known.TelegramRetryAfter):
        return Later("flood control", float(error.retry_after))
    if isinstance(error, known.TelegramForbiddenError) or any(words in said for words in _GONE):
        return Blocked("not wanted or not there")
    if isinstance(error, known.TelegramConflictError):
        return Conflict("conflict", REFUSED_TOKEN_SECONDS, whole=True)
    if isinstance(error, known.TelegramUnauthorizedError | known.TelegramNotFound):
        return Later("the token is refused", REFUSED_TOKEN_SECONDS, whole=True)
    if isinstance(error, known.TelegramBadRequest):
        if "can't parse entities" in said:
            return NotShown("markup")
        if "button" in said or "reply markup" in said or "keyboard" in said:
            return NotShown("keyboard")
        return Refused("bad request")
    if isinstance(error, known.TelegramMigrateToChat | known.TelegramEntityTooLarge):
        return Refused(type(error).__name__)
    return Later(type(error).__name__, AWAY_SECONDS, whole=True)
