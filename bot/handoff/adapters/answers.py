"""What staff write at a help desk becomes what staff say here; whoever closes there closes here.

A call of the webhook only says where to look: what is there is fetched, so that calls that are lost, doubled or out of
order lead to the same conversation. Only when nothing can be fetched, the answer in the call itself is taken.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Protocol
from weakref import WeakValueDictionary

from sqlalchemy import Connection

from bot.handoff.adapters import links
from bot.handoff.adapters.desk import Answer, Call, HandoffDesk
from bot.handoff.adapters.links import Link
from bot.handoff.mail import body_text
from bot.handoff.mailers import NotSent
from bot.handoff.outbox import AWAY
from bot.handoff.reading import find_case
from bot.handoff.records import Case, Changed, CloseReason, HandoffRefused, Taken, UnknownCase
from bot.store import Store

LONGEST = 4000  # characters of one message of staff
TRIES = 3  # when somebody changes the case at the same time

logger = logging.getLogger(__name__)


class Staff(Protocol):
    """What the gateway does for staff; each is one transaction and raises HandoffRefused."""

    async def claim(self, number: str, by: str, *, version: int | None = None, name: str | None = None) -> Any: ...

    async def hand_to_colleague(
        self, number: str, by: str, to: str, *, version: int | None = None, force: bool = False, name: str | None = None
    ) -> Any: ...

    async def write(self, number: str, by: str, text: str, message_id: str, *, name: str | None = None) -> Any: ...

    async def close(
        self,
        number: str,
        by: str,
        reason: CloseReason,
        *,
        back_to_assistant: bool = False,
        version: int | None = None,
        force: bool = False,
        name: str | None = None,
    ) -> Any: ...


class Answers:
    """Looks for answers: after a call of the webhook, and at all open cases from time to time.

    `someone(language)` stands for a person whose name is not given.
    """

    def __init__(self, store: Store, desk: HandoffDesk, staff: Staff, someone: Callable[[str], str]) -> None:
        self._store, self._desk, self._staff, self._someone = store, desk, staff, someone
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def take(self, call: Call) -> None:
        """Carry out a call of the webhook; raises NotSent and StoreUnavailable if it is to be repeated."""
        if not call.matters:
            return
        link = await self._read(lambda db: links.by_remote(db, self._desk.name, call.remote))
        if link is None:
            return
        async with self._lock(link.number):
            try:
                await self._look(link.number)
            except NotSent:
                if call.answer is None or call.answer.id <= link.seen:
                    raise
                await self._say(link, call.answer)

    async def look_at_all(self) -> None:
        """Look at every open case, after linking those that are not linked yet; a help desk that is away is left."""
        await asyncio.to_thread(self._store.write, lambda db: links.adopt(db, self._desk.name))
        for link in await self._read(lambda db: links.open_links(db, self._desk.name)):
            try:
                async with self._lock(link.number):
                    await self._look(link.number)
            except NotSent as refused:
                logger.warning("case %s cannot be looked at: %s", link.number, refused.error)
                if refused.error.startswith(AWAY) or refused.after is not None:
                    return
            except HandoffRefused as refused:
                logger.warning("case %s has changed meanwhile: %s", link.number, type(refused).__name__)

    async def _look(self, number: str) -> None:
        link = await self._read(lambda db: links.find(db, number))
        if link is None or link.remote is None:
            return
        news = await self._desk.news(link.remote, link.seen)
        for answer in news.answers:
            await self._say(link, answer)
        person = next((answer.name[:80] for answer in reversed(news.answers) if answer.name), link.person)
        if news.seen > link.seen:
            await asyncio.to_thread(self._store.write, lambda db: links.mark(db, number, seen=news.seen, person=person))
        if news.closed:
            await self._close(number, person)

    async def _say(self, link: Link, answer: Answer) -> None:
        """Raises HandoffRefused when others change the case all the time."""
        for last in (False,) * (TRIES - 1) + (True,):
            case = await self._case(link.number)
            if case is None:
                return
            if case.state == "closed":
                await asyncio.to_thread(self._store.write, lambda db: links.answered_late(db, link, answer.id))
                return
            name = answer.name or self._someone(case.language)
            try:
                await self._hold(case, name)
                for place, text in enumerate(_parts(answer.text), 1):
                    message_id = f"{self._desk.name}:{answer.id}" + (f":{place}" if place > 1 else "")
                    await self._staff.write(case.number, self._desk.name, text, message_id, name=name)
                return
            except (Taken, Changed):
                if last:
                    raise

    async def _hold(self, case: Case, name: str) -> None:
        """The help desk holds what it answers, also what somebody here had taken: the visitor is to get the answer."""
        by = self._desk.name
        if case.state == "waiting":
            await self._staff.claim(case.number, by, name=name)
        elif case.claimed_by != by:
            await self._staff.hand_to_colleague(case.number, by, by, force=True, name=name)

    async def _close(self, number: str, person: str | None) -> None:
        case = await self._case(number)
        if case is None or case.state == "closed":
            return
        try:
            name = person or self._someone(case.language)
            await self._staff.close(number, self._desk.name, "answered", force=True, name=name)
        except (Changed, UnknownCase):
            logger.info("case %s was closed or erased at the same time", number)

    async def _case(self, number: str) -> Case | None:
        return await self._read(lambda db: find_case(db, number))

    async def _read[T](self, work: Callable[[Connection], T]) -> T:
        return await asyncio.to_thread(self._store.read, work)

    def _lock(self, number: str) -> asyncio.Lock:
        return self._locks.setdefault(number, asyncio.Lock())


def _parts(text: str) -> list[str]:
    """What one message takes each, cut between words where there are any; nothing for a text without visible signs."""
    rest, parts = body_text(text).strip(), []
    while len(rest) > LONGEST:
        end = max(rest.rfind(sign, LONGEST // 2, LONGEST) for sign in "\n ") + 1 or LONGEST
        parts.append(rest[:end].strip())
        rest = rest[end:].strip()
    return [*parts, rest] if rest else parts
