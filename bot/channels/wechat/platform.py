"""WeChat for the shared mechanism: what is said while nobody waits goes out as customer-service messages, counted."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from bot.channels.messengers import chats
from bot.channels.messengers.records import Blocked, Chat, Delivered, Later, NotDelivered, Received, Refused, Waits
from bot.channels.splitting import cut, utf8_bytes
from bot.channels.wechat import quota
from bot.channels.wechat.client import Client, Transport
from bot.channels.wechat.crypto import Envelopes
from bot.channels.wechat.door import Door
from bot.channels.wechat.errors import (
    Away,
    NotAllowed,
    PlatformError,
    QuotaUsed,
    TokenInvalid,
    TooLong,
    Unreachable,
    WindowOver,
)
from bot.channels.wechat.pieces import LIMIT, Begun, Group, groups, plain
from bot.channels.wechat.token import Tokens
from bot.gateway.database import Database
from bot.gateway.history import Message
from bot.handoff.vault import Vault
from bot.replies.wechat import COMMAND_WORDS, LAST_ONE
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.gateway.app import Gateway

CHANNEL, PREFIX = "wechat", "wx:"
REPLY_SECONDS = 4.0  # of the five after which the platform hangs up
AWAY_SECONDS, TROUBLE_SECONDS = 20.0, 300.0
FOR_STAFF_SECONDS = 10.0  # how soon something of staff is seen behind what has to wait
UNVERIFIED = 48001

logger = logging.getLogger(__name__)


class WeChat:
    """The platform of one account. `pushes` is False for an account that may only answer."""

    channel, prefix, buttons = CHANNEL, PREFIX, False

    def __init__(
        self, db: Database, client: Client, door: Door, *, pushes: bool, reply_seconds: float = REPLY_SECONDS
    ) -> None:
        self._db, self._client = db, client
        self.door, self.pushes, self.reply_seconds = door, pushes, reply_seconds
        self._waiting: dict[str, list[list[str]]] = {}

    def commands(self, language: str) -> dict[str, str]:
        """The word for each command."""
        return {name: words[language][0] for name, words in COMMAND_WORDS.items()}

    async def deliver(self, chat: Chat, messages: Sequence[Message]) -> Delivered:
        """Push messages, joined to as few as possible, as long as the count allows. Raises NotDelivered.

        What was sent when the process ends before it is noted, or when the answer to it is lost, is sent once more.
        """
        if not self.pushes:
            raise Waits("the account may only answer")
        done: Delivered | None = None
        for group in groups(messages, await self.begun(chat.chat)):
            staff = any(message.author == "staff" for message in messages[done.count if done else 0 :])
            try:
                await self._push_group(chat, group, staff=staff, language=messages[group.count - 1].language)
            except NotDelivered as problem:
                problem.delivered = done
                raise
            done = Delivered(group.count, group.options or (done.options if done else None))
        if done is None:
            raise Refused("nothing to show")
        return done

    async def tell(self, address: str, text: str) -> None:
        """Into the answer that is waited for, else as a message of its own. Raises NotDelivered."""
        if self._waiting.get(address):
            self._waiting[address][-1].append(text)
            return
        if not self.pushes:
            raise Waits("the account may only answer")
        for piece in cut(plain(text), LIMIT, utf8_bytes):
            await self._send(address, piece, PREFIX + address)
            await self._note(PREFIX + address, None)

    async def typing(self, address: str) -> None:
        """Nothing: the visitor sees an answer within seconds, or one is on its way."""

    async def aside(self, received: Received) -> None:
        """Nothing: who asks for the rest of an answer gets it in the response."""

    async def close(self) -> None:
        await self._client.close()

    @contextmanager
    def answering(self, address: str) -> Iterator[list[str]]:
        """While a response to this visitor is open, what is to be told goes into this list."""
        told: list[str] = []
        self._waiting.setdefault(address, []).append(told)
        try:
            yield told
        finally:
            self._waiting[address].remove(told)
            if not self._waiting[address]:
                del self._waiting[address]

    async def begun(self, chat: str) -> Begun:
        """The long message of which a part has arrived."""
        return await self._db.read(lambda db: quota.begun(db, chat))

    async def note_begun(self, chat: str, begun: Begun | None) -> None:
        """So many texts of a message have arrived, its cursor moves when all have; None when they have."""
        await self._db.write(lambda db: quota.keep_begun(db, chat, begun))

    async def _push_group(self, chat: Chat, group: Group, *, staff: bool, language: str) -> None:
        for place, text in enumerate(group.texts, 1):
            left = await self._left(chat.chat, staff=staff)
            if not left:
                if not staff and await self._left(chat.chat, staff=True):
                    raise Later("what is left is kept for staff", FOR_STAFF_SECONDS)
                raise Waits("nothing more may be pushed")
            last = left == 1 and staff
            await self._send(chat.address, f"{text}\n\n{LAST_ONE[language]}" if last else text, chat.chat)
            whole = place == len(group.texts)
            await self._note(chat.chat, None if whole else Begun(group.first, group.begun + place))

    async def _left(self, chat: str, *, staff: bool) -> int:
        known = await self._db.read(lambda db: chats.find(db, CHANNEL, chat))
        return quota.left(known, datetime.now(UTC), staff=staff) if known else 0

    async def _note(self, chat: str, begun: Begun | None) -> None:
        def note(db: Connection) -> None:
            quota.spend(db, chat)
            quota.keep_begun(db, chat, begun)

        await self._db.write(note)

    async def _send(self, address: str, text: str, chat: str) -> None:
        """Raises NotDelivered with what a refusal means for this chat."""
        try:
            try:
                await self._client.send_text(address, text)
            except TooLong:
                for piece in cut(text, LIMIT // 2, utf8_bytes):
                    await self._client.send_text(address, piece)
        except (QuotaUsed, WindowOver) as refused:
            await self._db.write(lambda db: quota.close(db, chat))
            raise Waits(type(refused).__name__) from None
        except Unreachable as refused:
            raise Blocked(str(refused)) from None
        except PlatformError as refused:
            raise _delay(refused) from None


def make(gateway: Gateway) -> WeChat | None:
    """The account of the settings; None when it is not configured."""
    settings = gateway.settings
    app_id, token = settings.wechat_app_id, settings.wechat_token.get_secret_value()
    if not (app_id and token):
        return None
    keys = (settings.wechat_aes_key, settings.wechat_aes_key_previous)
    envelopes = Envelopes(app_id, [key.get_secret_value() for key in keys if key.get_secret_value()])
    client, _ = make_client(settings, gateway.db)
    pushes = settings.wechat_verified and bool(settings.wechat_app_secret.get_secret_value())
    return WeChat(gateway.db, client, Door(token, envelopes), pushes=pushes)


def make_client(settings: Settings, db: Database) -> tuple[Client, Tokens]:
    """The way to the platform, and its token."""
    transport = Transport(settings.wechat_api_url, settings.wechat_timeout_seconds)
    secret = settings.wechat_app_secret.get_secret_value()
    tokens = Tokens(db, transport, Vault.of(settings), settings.wechat_app_id, secret)
    return Client(transport, tokens), tokens


def _delay(refused: PlatformError) -> NotDelivered:
    """What an error means that has nothing to do with this one visitor."""
    if isinstance(refused, Away):
        return Later(str(refused), AWAY_SECONDS, whole=True)
    if refused.code == UNVERIFIED:
        return Waits("the account is not verified")
    if isinstance(refused, NotAllowed | TokenInvalid) or isinstance(refused.code, str):
        logger.warning("WeChat refuses to let us push: %s", refused)
        return Later(str(refused), TROUBLE_SECONDS, whole=True)
    return Refused(str(refused))
