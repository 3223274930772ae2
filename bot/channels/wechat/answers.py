"""The answer to one push within its five seconds: wait for the turn, join what is ready into one text, keep the rest."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.channels.messengers import chats, updates
from bot.channels.messengers.records import Chat, Event, Received
from bot.channels.splitting import cut, utf8_bytes
from bot.channels.wechat import quota
from bot.channels.wechat.pieces import LIMIT, Begun, groups, plain
from bot.channels.wechat.platform import CHANNEL, WeChat
from bot.channels.wechat.push import Push
from bot.common.language import detect
from bot.gateway.database import Database
from bot.gateway.history import Message
from bot.replies.wechat import LANGUAGE_MENU, STILL_WORKING, THERE_IS_MORE, asks_for_more

if TYPE_CHECKING:
    from bot.channels.messengers.service import Messenger

FIRST_GUESS = "zh"  # what somebody who comes by WeChat most likely reads


class Answers:
    """For pushes of one account; responses to one chat are put together one after the other."""

    def __init__(self, db: Database, messenger: Messenger, platform: WeChat) -> None:
        self._db, self._messenger, self._platform = db, messenger, platform

    async def answer(self, push: Push, held: AsyncExitStack) -> str | None:
        """The text of the response, None for none. Nothing is pushed to the chat before `held` is closed. Raises Problem."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._platform.reply_seconds
        received = await self._received(push)
        with self._platform.answering(push.open_id) as told:
            fresh = (await self._messenger.receive(received)).fresh
            try:
                async with asyncio.timeout_at(until):  # of an earlier message, or something is being pushed
                    await held.enter_async_context(self._messenger.held(push.chat))
            except TimeoutError:
                return await self._not_ready(push, told)
            now = datetime.now(UTC)
            known = fresh and await self._granted(push, now)
            done = await self._messenger.finished(received.update_id, max(0.0, until - loop.time()))
            if fresh and not known:
                await self._granted(push, now)
            kept = None if fresh else await self._messenger.reply_of(received.update_id)
            if kept is not None:
                return kept
            return await self._ready(push, told) if done else await self._not_ready(push, told)

    async def _received(self, push: Push) -> Received:
        event = push.event or Event("aside")
        language = detect(event.text, FIRST_GUESS) if event.kind == "text" else FIRST_GUESS
        if event.kind == "text" and asks_for_more(event.text) and await self._has_more(push.chat):
            event = Event("aside")
        return Received(push.update_id, push.chat, push.open_id, event, push.created, language)

    async def _has_more(self, chat: str) -> bool:
        """Whether something of an answer waits, or is still being worked out."""
        _, messages = await self._messenger.pending(chat)
        return bool(messages) or await self._db.read(lambda db: updates.next_open(db, CHANNEL, chat)) is not None

    async def _granted(self, push: Push, now: datetime) -> bool:
        window = push.window
        return window is None or await self._db.write(
            lambda db: quota.granted(db, push.chat, window, now), synced=False
        )

    async def _ready(self, push: Push, told: list[str]) -> str | None:
        """What was told and what waits, as much of it as one text holds; the cursor moves behind it before it is sent.

        A response that gets lost on its way is asked for again by the platform, and given from what is kept.
        """
        aside = plain("\n\n".join(told))
        chat, messages = await self._messenger.pending(push.chat)
        if chat is None or not messages or aside:
            text = cut(aside, LIMIT, utf8_bytes)[0] if aside else None
            if text:
                await self._keep(push, text)
            return text
        group = next(groups(messages, await self._platform.begun(push.chat)))
        language = messages[group.count - 1].language
        text = group.texts[0] if group.texts else ""
        whole = len(group.texts) <= 1
        rest = messages[group.count :] if whole else messages
        if rest and not self._can_push(chat, rest):
            text = f"{text}\n\n{THERE_IS_MORE[language]}"
        elif not rest and push.event and push.event.text == "start" and push.event.kind == "command":
            text = f"{text}\n\n{LANGUAGE_MENU}"
        if whole:
            position = messages[group.count - 1].position
            await self._messenger.advance(chat, position, group.options, update_id=push.update_id, reply=text)
            if group.begun:
                await self._platform.note_begun(push.chat, None)
        else:
            await self._keep(push, text)
            await self._platform.note_begun(push.chat, Begun(group.first, group.begun + 1))
        return text or None

    async def _keep(self, push: Push, text: str) -> None:
        """Repeats of this push get the same."""
        await self._db.write(lambda db: updates.set_reply(db, CHANNEL, push.update_id, text))

    async def _not_ready(self, push: Push, told: list[str]) -> str | None:
        """An apology if there is one; nothing where the answer can be pushed; else how to get it."""
        if told:
            return plain("\n\n".join(told))
        chat = await self._db.read(lambda db: chats.find(db, CHANNEL, push.chat))
        if push.event is None or push.event.kind == "gone" or (self._platform.pushes and self._left(chat)):
            return None
        return STILL_WORKING[chat.language if chat else FIRST_GUESS]

    def _can_push(self, chat: Chat, messages: list[Message]) -> bool:
        staff = any(message.author == "staff" for message in messages)
        return self._platform.pushes and quota.left(chat, datetime.now(UTC), staff=staff) > 0

    def _left(self, chat: Chat | None) -> bool:
        return chat is None or quota.left(chat, datetime.now(UTC), staff=False) > 0
