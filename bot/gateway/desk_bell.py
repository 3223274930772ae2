"""Tells open desk pages that something changed about a case, in this process at once, from others within seconds."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, func, select

from bot.gateway.database import Database
from bot.gateway.problems import Problem
from bot.gateway.tables import chat_session
from bot.handoff.tables import OPEN_STATES, handoff_case, handoff_note

POLL_SECONDS = 2.0


class DeskBell:
    """One query every two seconds serves all pages that are open."""

    def __init__(self, db: Database, poll_seconds: float = POLL_SECONDS) -> None:
        self._db = db
        self._poll_seconds = poll_seconds
        self._count = 0
        self._waiting: set[asyncio.Event] = set()
        self._watcher: asyncio.Task[None] | None = None
        self._seen: tuple[Any, ...] | None = None

    def ring(self) -> None:
        """Something about a case or its conversation changed."""
        self._count += 1
        for event in self._waiting:
            event.set()

    async def watch(self) -> AsyncIterator[int]:
        """A growing number: at once, and then whenever something changed; several changes may be one."""
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            if not self._is_looking():
                seen = await self._look()  # before the first number: whatever changes after it is told
                if not self._is_looking():
                    self._seen, self._watcher = seen, asyncio.create_task(self._poll())
            while True:
                event.clear()
                yield self._count
                await event.wait()
        finally:
            self._waiting.discard(event)

    async def _poll(self) -> None:
        while self._waiting:
            await asyncio.sleep(self._poll_seconds)
            now = await self._look()
            if now is not None and now != self._seen:
                self._seen = now
                self.ring()

    def _is_looking(self) -> bool:
        return self._watcher is not None and not self._watcher.done()

    async def _look(self) -> tuple[Any, ...] | None:
        """How things stand; None while the database is away."""
        with suppress(Problem):
            return await self._db.read(_fingerprint)
        return None

    async def close(self) -> None:
        """Stop looking; the pages' streams end with the server."""
        if self._watcher:
            self._watcher.cancel()
            await asyncio.gather(self._watcher, return_exceptions=True)


def _fingerprint(db: Connection) -> tuple[Any, ...]:
    """Differs when a case was opened, changed, reminded of or erased, noted about, or written to."""
    case = handoff_case.c
    cases = db.execute(
        select(
            func.count(), func.max(case.id), func.sum(case.version), func.count(case.unanswered_since),
            func.count(case.reminded_at), func.count(case.escalated_at),
        )
    ).one()  # fmt: skip
    notes = db.execute(select(func.count(), func.max(handoff_note.c.id))).one()
    open_ones = select(case.conversation).where(case.state.in_(OPEN_STATES))
    written = db.execute(
        select(func.sum(chat_session.c.last_position)).where(chat_session.c.conversation.in_(open_ones))
    ).scalar()
    return (*cases, *notes, written)
