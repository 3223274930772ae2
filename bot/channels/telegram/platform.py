"""Telegram as one of the messengers: sends messages with keyboards, answers presses, keeps out of groups."""

from __future__ import annotations

import contextlib
import time
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import structlog

from bot.channels.messengers.lines import guessed
from bot.channels.messengers.records import COMMANDS, Chat, Delivered, NotDelivered, Received
from bot.channels.options import shortened
from bot.channels.rendering import Look, Part, render, utf16_units
from bot.channels.telegram.client import Client, NotShown
from bot.channels.telegram.reading import ADDRESSED, PREFIX
from bot.gateway.history import Message
from bot.replies.messengers import line
from bot.settings import Settings

if TYPE_CHECKING:
    from aiogram.types import InlineKeyboardMarkup, LinkPreviewOptions

CHANNEL = "telegram"
LOOK = Look(CHANNEL, utf16_units, 4096, html=True, buttons=True)
CALLBACK_BYTES = 64
MOST_REMEMBERED = 2000
GROUP_SECONDS = 60.0  # one line to a group, however often it asks
log = structlog.get_logger(__name__)


class Telegram:
    """One bot."""

    channel = CHANNEL
    prefix = PREFIX
    buttons = True

    def __init__(self, client: Client) -> None:
        self.client = client
        self._username = ""
        self._answered: OrderedDict[str, None] = OrderedDict()  # presses that Telegram was told about
        self._groups: OrderedDict[str, float] = OrderedDict()
        self._halfway: dict[str, tuple[str, int]] = {}  # chat -> message of several parts, and how many arrived

    def commands(self, language: str) -> dict[str, str]:
        return {name: f"/{name}" for name in COMMANDS if name != "start"}

    async def deliver(self, chat: Chat, messages: Sequence[Message]) -> Delivered:
        """One message; so the cursor moves after each."""
        message = messages[0]
        parts = render(message, LOOK)
        known, done = self._halfway.pop(chat.address, ("", 0))
        for number, part in enumerate(parts):
            if known == message.id and number < done:
                continue
            try:
                await self._send(chat.address, part)
            except NotDelivered:
                self._halfway[chat.address] = message.id, number
                raise
        return Delivered(1, message.choices)

    async def tell(self, address: str, text: str) -> None:
        await self.client.loaded()
        from aiogram.methods import SendMessage

        await self.client.call(
            SendMessage(chat_id=address, text=text, link_preview_options=_no_preview()), chat=address
        )

    async def typing(self, address: str) -> None:
        await self.client.loaded()
        from aiogram.methods import SendChatAction

        with contextlib.suppress(NotDelivered):
            await self.client.call(SendChatAction(chat_id=address, action="typing"))

    async def acknowledge(self, received: Received) -> None:
        """Stop the pressed button's spinning and take its keyboard away."""
        query, _, message = received.event.extra.partition(" ")
        if not query or query in self._answered:
            return
        self._answered[query] = None
        if len(self._answered) > MOST_REMEMBERED:
            self._answered.popitem(last=False)
        await self.client.loaded()
        from aiogram.methods import AnswerCallbackQuery, EditMessageReplyMarkup

        with contextlib.suppress(NotDelivered):  # too old, or Telegram is away: nothing is lost but a spinner
            await self.client.call(AnswerCallbackQuery(callback_query_id=query))
        if message.isdigit() and message != "0":
            with contextlib.suppress(NotDelivered):
                await self.client.call(EditMessageReplyMarkup(chat_id=received.address, message_id=int(message)))

    async def aside(self, received: Received) -> None:
        """In a group: one polite line, if we are meant."""
        names = received.event.extra.split()
        if names != [ADDRESSED] and (await self.username()).lower() not in names:
            return
        now = time.monotonic()
        if now - self._groups.get(received.address, -GROUP_SECONDS) < GROUP_SECONDS:
            return
        url = f"https://t.me/{await self.username()}"
        await self.tell(received.address, line("private_only", guessed(received), url=url))
        self._groups[received.address] = now
        if len(self._groups) > MOST_REMEMBERED:
            self._groups.popitem(last=False)

    async def username(self) -> str:
        """The bot's name, asked for once."""
        if not self._username:
            await self.client.loaded()
            from aiogram.methods import GetMe

            self._username = (await self.client.call(GetMe())).username or ""
        return self._username

    async def close(self) -> None:
        await self.client.close()

    async def _send(self, address: str, part: Part) -> None:
        """With markup and keyboard; without the one that Telegram cannot show, rather than not at all."""
        text, parse_mode, choices = part.text, True, part.choices
        for _ in range(3):
            try:
                return await self._send_once(address, text, parse_mode, choices)
            except NotShown as failure:
                log.warning("telegram.not_shown", part=failure.part)
                if failure.part == "markup" and parse_mode:
                    text, parse_mode = part.plain, False
                elif failure.part == "keyboard" and choices:
                    choices = ()
                else:
                    raise
        return None

    async def _send_once(self, address: str, text: str, html: bool, choices: Sequence[dict[str, str]]) -> None:
        await self.client.loaded()
        from aiogram.methods import SendMessage

        method = SendMessage(
            chat_id=address,
            text=text,
            parse_mode="HTML" if html else None,
            reply_markup=_keyboard(choices) if choices else None,
            link_preview_options=_no_preview(),
        )
        await self.client.call(method, chat=address)


def client_of(settings: Settings) -> Client:
    """The Bot API as configured."""
    token = settings.telegram_token.get_secret_value()
    return Client(token, settings.telegram_api_url, settings.telegram_timeout_seconds)


def _keyboard(choices: Sequence[dict[str, str]]) -> InlineKeyboardMarkup:
    from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

    rows = [
        [InlineKeyboardButton(text=one["title"], callback_data=shortened(one["choice"], CALLBACK_BYTES))]
        for one in choices
    ]
    return InlineKeyboardMarkup(inline_keyboard=rows)


def _no_preview() -> LinkPreviewOptions:
    from aiogram.types import LinkPreviewOptions

    return LinkPreviewOptions(is_disabled=True)
