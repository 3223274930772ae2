"""Takes the updates that wait: in order per chat, chats side by side, again after a failure, given up in the end."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog

from bot.channels.messengers import updates
from bot.channels.messengers.records import Later
from bot.channels.messengers.talk import Talk
from bot.channels.messengers.updates import Open
from bot.gateway.database import Database
from bot.gateway.problems import Problem

AT_ONCE = 32
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 15.0
GIVEN_UP_AFTER = timedelta(minutes=15)
MOST_STUMBLES = 3  # of an event that fails for no known reason
log = structlog.get_logger(__name__)


class Worker:
    """One task for each chat that has something open; `wake` begins it, and nothing is lost that is not woken here."""

    def __init__(self, db: Database, channel: str, talk: Talk) -> None:
        self._db, self._channel, self._talk = db, channel, talk
        self._working: dict[str, asyncio.Task[None]] = {}
        self._woken: set[str] = set()
        self._waiting: dict[str, set[asyncio.Event]] = {}
        self._places = asyncio.Semaphore(AT_ONCE)

    def wake(self, chat: str) -> None:
        """Something of this chat waits."""
        self._woken.add(chat)
        if chat not in self._working:
            task = asyncio.create_task(self._work(chat))
            self._working[chat] = task
            task.add_done_callback(partial(self._ended, chat))

    async def finished(self, update_id: str, seconds: float) -> bool:
        """Whether an update is carried out within so many seconds."""
        event, update_id = asyncio.Event(), updates.key(update_id)
        self._waiting.setdefault(update_id, set()).add(event)
        try:
            async with asyncio.timeout(seconds):
                if not await self._db.read(lambda db: updates.is_done(db, self._channel, update_id)):
                    await event.wait()
            return True
        except (TimeoutError, Problem):
            return False
        finally:
            waiting = self._waiting.get(update_id, set())
            waiting.discard(event)
            if not waiting:
                self._waiting.pop(update_id, None)

    async def stop(self) -> None:
        """What is under way is taken up at the next start; the turns themselves come to their end."""
        tasks = list(self._working.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, chat: str, task: asyncio.Task[None]) -> None:
        self._working.pop(chat, None)
        if task.cancelled():
            return
        if error := task.exception():
            log.error("messenger.stumbled", channel=self._channel, error=type(error).__name__)
        if chat in self._woken:
            self.wake(chat)

    async def _work(self, chat: str) -> None:
        tries, of = 0, ""
        while True:
            self._woken.discard(chat)
            try:
                waiting = await self._db.read(lambda db: updates.next_open(db, self._channel, chat))
            except Problem:  # the database is away
                await asyncio.sleep(FIRST_PAUSE_SECONDS)
                continue
            if waiting is None:
                return
            update_id = waiting.received.update_id
            tries, of = (tries + 1 if of == update_id else 0), update_id
            pause = await self._try(waiting, tries)
            if pause:
                await asyncio.sleep(pause)
            else:
                for event in self._waiting.get(update_id, ()):
                    event.set()

    async def _try(self, waiting: Open, tries: int) -> float:
        """Seconds to wait before it is tried again; 0 when it is done."""
        late = datetime.now(UTC) - waiting.received_at > GIVEN_UP_AFTER
        try:
            async with self._places:
                await self._talk.carry_out(waiting.received, again=tries > 0)
            return 0
        except (Problem, Later) as error:
            return await self._failed(waiting, tries, final=late, apology=isinstance(error, Problem))
        except Exception as error:  # a fault of ours with this one event must not hold its chat up for ever
            log.error("messenger.event_failed", channel=self._channel, error=type(error).__name__)
            return await self._failed(waiting, tries, final=late or tries + 1 >= MOST_STUMBLES, apology=False)

    async def _failed(self, waiting: Open, tries: int, *, final: bool, apology: bool) -> float:
        if final:
            try:
                await self._talk.give_up(waiting.received)
                return 0
            except Problem:
                return LONGEST_PAUSE_SECONDS
        if apology and tries == 0:
            await self._talk.apologise(waiting.received, "delayed")
        return min(FIRST_PAUSE_SECONDS * 2.0**tries, LONGEST_PAUSE_SECONDS)
