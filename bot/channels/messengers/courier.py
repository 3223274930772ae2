"""Brings to each chat what was said in its conversation: in order, again until it arrives, one chat never waits for another.

Nothing is copied into a queue: a chat's cursor says up to where it was served. A process that dies between the
platform's OK and the cursor's move, or an OK that never comes, doubles one delivery; that is the one exception, since no
platform takes an id of ours.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from weakref import WeakValueDictionary

import structlog
from sqlalchemy import Connection

from bot.channels.messengers import chats, codes, lines
from bot.channels.messengers.leaving import is_for_people, left
from bot.channels.messengers.records import (
    Blocked,
    Chat,
    Delivered,
    Later,
    NotDelivered,
    Platform,
    Refused,
    Waits,
)
from bot.gateway.database import Database
from bot.gateway.history import Message
from bot.gateway.problems import Problem
from bot.replies.messengers import line
from bot.settings import Settings

AT_ONCE = 32
LONGEST_PAUSE_SECONDS = 60.0
STOP_SECONDS = 6.0
log = structlog.get_logger(__name__)


class Courier:
    """Serves the chats of one platform."""

    def __init__(self, db: Database, platform: Platform, settings: Settings) -> None:
        self._db, self._platform, self._settings = db, platform, settings
        self._channel = platform.channel
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._serving: dict[str, asyncio.Task[None]] = {}
        self._woken: set[str] = set()
        self._places = asyncio.Semaphore(AT_ONCE)
        # What certainly arrived though the database could not be told yet: chat -> conversation and position.
        self._arrived: dict[str, tuple[str, int]] = {}
        self._failures = 0
        self._paused_until = 0.0

    @property
    def away(self) -> bool:
        """Whether the platform did not answer when it was last called."""
        return self._failures > 0

    def wake(self, chat: str) -> None:
        """There may be something to bring to this chat."""
        self._woken.add(chat)
        if chat not in self._serving and time.monotonic() >= self._paused_until:
            task = asyncio.create_task(self._serve(chat))
            self._serving[chat] = task
            task.add_done_callback(partial(self._ended, chat))

    async def look(self) -> None:
        """Wake whatever is behind, also what another process wrote."""
        now = datetime.now(UTC)
        for chat, _ in await self._db.read(lambda db: chats.behind(db, self._channel, now)):
            self.wake(chat)

    @asynccontextmanager
    async def held(self, chat: str) -> AsyncIterator[None]:
        """Nothing is pushed to this chat meanwhile: for answers given in the response to the platform's call."""
        async with self._lock(chat):
            yield
        self.wake(chat)

    async def pending(self, chat: str) -> tuple[Chat | None, list[Message]]:
        """What is to be brought next; for the holder of the chat."""
        while True:
            known, messages = await self._db.read(lambda db: chats.pending(db, self._channel, chat))
            if known is None or not messages:
                return known, []
            arrived = self._arrived.get(chat, ("", 0))
            if arrived[0] == known.conversation and arrived[1] > known.delivered_position:
                await self.advance(known, arrived[1])
                continue
            outgoing = [m for m in messages if m.author != "visitor" and not is_for_people(m)]
            if outgoing:
                return known, await self._shown(known, outgoing)
            await self._db.write(partial(chats.advance, chat=known, position=messages[-1].position))

    async def advance(self, chat: Chat, position: int, delivered: Delivered | None = None) -> None:
        """Everything up to `position` has arrived. Not forgotten while the database is away, which raises Problem."""
        if chat.conversation:
            self._arrived[chat.chat] = chat.conversation, position
        options = delivered.options if delivered else ...
        await self._db.write(lambda db: chats.advance(db, chat, position, options))
        self._arrived.pop(chat.chat, None)

    async def stop(self) -> None:
        """Let what is on its way arrive; the rest is brought after the next start."""
        self._paused_until = math.inf
        tasks = list(self._serving.values())
        if tasks:
            await asyncio.wait(tasks, timeout=STOP_SECONDS)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _lock(self, chat: str) -> asyncio.Lock:
        return self._locks.setdefault(chat, asyncio.Lock())

    def _ended(self, chat: str, task: asyncio.Task[None]) -> None:
        self._serving.pop(chat, None)
        if not task.cancelled() and (error := task.exception()):
            if not isinstance(error, Problem):  # with the database away the next look does it
                log.error("messenger.delivery_stumbled", channel=self._channel, error=type(error).__name__)
        elif chat in self._woken and not task.cancelled():
            self.wake(chat)

    async def _serve(self, chat: str) -> None:
        async with self._places, self._lock(chat):
            while time.monotonic() >= self._paused_until:
                self._woken.discard(chat)
                known, messages = await self.pending(chat)
                if known is None or not messages or known.blocked_at:
                    return
                if known.wait_until and known.wait_until > datetime.now(UTC):
                    return
                try:
                    delivered = await self._platform.deliver(known, messages)
                except NotDelivered as failure:
                    if not await self._not_delivered(known, messages, failure):
                        return
                    continue
                self._failures = 0
                await self.advance(known, messages[delivered.count - 1].position, delivered)

    async def _not_delivered(self, chat: Chat, messages: Sequence[Message], failure: NotDelivered) -> bool:
        """Keep what did arrive and draw the consequence; True when there may be more to bring at once."""
        count = failure.delivered.count if failure.delivered else 0
        if isinstance(failure, Refused):
            log.warning("messenger.refused", channel=self._channel, reason=failure.reason)
            await self.advance(chat, messages[count].position, failure.delivered)
            return True
        if failure.delivered:
            await self.advance(chat, messages[count - 1].position, failure.delivered)
        if isinstance(failure, Blocked):
            log.info("messenger.blocked", channel=self._channel, reason=failure.reason)
            await self._db.write(lambda db: left(db, self._channel, chat.chat))
        elif isinstance(failure, Later) and failure.whole:
            self._pause(failure)
        else:
            held_back = chats.UNTIL_WRITTEN if isinstance(failure, Waits) else timedelta(seconds=_seconds(failure))
            until = datetime.now(UTC) + held_back
            await self._db.write(lambda db: chats.wait(db, self._channel, chat.chat, until))
        return False

    def _pause(self, failure: Later) -> None:
        if not self._failures:
            log.warning("messenger.away", channel=self._channel, reason=failure.reason)
        seconds = max(failure.seconds, min(2.0**self._failures, LONGEST_PAUSE_SECONDS))
        self._failures += 1
        self._paused_until = max(self._paused_until, time.monotonic() + seconds)

    async def _shown(self, chat: Chat, messages: list[Message]) -> list[Message]:
        """What may be pushed: where case details may not, only that there is an answer, and where; pictures as links."""
        messages = [lines.with_page(self._settings, message) for message in messages]
        if self._settings.messenger_case_details or all(message.author != "staff" for message in messages):
            return messages
        code = await self._db.write(partial(_code, conversation=chat.conversation or ""))
        command = self._platform.commands(chat.language)["web"]

        def shown(message: Message) -> Message:
            url = lines.web_address(self._settings, code)
            text = line("answer_on_website", message.language, url=url, minutes=codes.MINUTES, command=command)
            return replace(message, author="system", name=None, text=text) if message.author == "staff" else message

        return [shown(message) for message in messages]


def _code(db: Connection, conversation: str) -> str:
    return codes.make(db, conversation)


def _seconds(failure: NotDelivered) -> float:
    return max(1.0, failure.seconds) if isinstance(failure, Later) else 60.0
