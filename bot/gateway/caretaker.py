"""What the gateway does by the clock: who is still there, who has waited too long, what is old enough to go."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import Connection, update
from sqlalchemy.orm import Session

from bot.gateway import retention
from bot.gateway.database import Database
from bot.gateway.problems import Problem
from bot.gateway.retention import Retention
from bot.gateway.stream import Streams
from bot.gateway.tables import chat_session
from bot.handoff import reminders
from bot.handoff.notices import withdraw_answers
from bot.handoff.records import Due
from bot.handoff.routing import HandoffData
from bot.partners import queries
from bot.store import StoreUnavailable

PRESENCE_SECONDS = 20.0
REMINDERS_SECONDS = 60.0
PURGE_SECONDS = 3600.0
# A window that is gone without a word is noticed when nothing could be sent to it for so long (heartbeat and timeout).
SURELY_SEEN = timedelta(seconds=50)
log = structlog.get_logger(__name__)


class Caretaker:
    """Several gateways may do all of it at the same time: each step is harmless to repeat."""

    def __init__(self, db: Database, streams: Streams, data: HandoffData, retention: Retention) -> None:
        self._db, self._streams, self._data, self._retention = db, streams, data, retention
        self.mails_waiting: Callable[[], None] = lambda: None
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin, in the running event loop."""
        rounds = (
            (self.note_presence, PRESENCE_SECONDS),
            (self.remind, REMINDERS_SECONDS),
            (self.purge, PURGE_SECONDS),
        )
        self._tasks = [asyncio.create_task(self._again(work, seconds)) for work, seconds in rounds]

    async def stop(self) -> None:
        """End; what is under way is finished or undone as a whole."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def note_presence(self) -> None:
        """Write down which visitors with people are there, and take back mails with answers they have seen."""
        listening = self._streams.listening()
        now = datetime.now(UTC)
        if listening:
            await self._db.write(lambda db: _seen(db, listening, now))

    async def remind(self) -> None:
        """Mails to desks and deputies whose visitors wait too long."""
        now = datetime.now(UTC)
        items = await self._db.read(lambda db: reminders.due(Session(db), self._data, now))
        for item in items:
            await self._db.write(lambda db, item=item: self._remind(db, item, now))  # type: ignore[misc]
        if items:
            self.mails_waiting()

    async def purge(self) -> None:
        """Delete what is kept no longer, see bot.gateway.retention; what went is said in the log."""
        loop = asyncio.get_running_loop()

        def read(work: Callable[[Connection], list[str]]) -> list[str]:
            return asyncio.run_coroutine_threadsafe(self._db.read(work), loop).result()

        def write(work: Callable[[Connection], int]) -> int:
            return asyncio.run_coroutine_threadsafe(self._db.write(work), loop).result()

        try:
            done = await asyncio.to_thread(retention.run, self._retention, read, write)
        except StoreUnavailable:
            return  # the next round does it
        if gone := {name: count for name, count in done.items() if count}:
            await self._db.truncate_log()
            log.warning("retention.deleted", **gone)

    def _remind(self, db: Connection, item: Due, now: datetime) -> bool:
        session = Session(db)
        return reminders.remind(session, self._data, queries.desks(session), item, now)

    async def _again(self, work: Callable[[], Awaitable[None]], seconds: float) -> None:
        while True:
            try:
                await work()
            except Problem:
                pass  # the database is away: the next round does it
            except Exception as error:
                log.error("caretaker.stumbled", error=type(error).__name__)
            await asyncio.sleep(seconds)


def _seen(db: Connection, listening: list[str], now: datetime) -> None:
    with_people = (chat_session.c.conversation.in_(listening), chat_session.c.state != "bot")
    there = db.execute(
        update(chat_session).where(*with_people).values(seen_at=now).returning(chat_session.c.conversation)
    )
    for conversation in there.scalars().all():
        withdraw_answers(db, conversation, now - SURELY_SEEN)
