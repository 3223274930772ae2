"""Server-sent events of one conversation, read from the database so that a reconnect loses nothing."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, select
from sse_starlette import ServerSentEvent

from bot.gateway import history, sessions
from bot.gateway.database import Database
from bot.gateway.problems import Problem
from bot.gateway.sessions import Claims
from bot.gateway.tables import chat_session
from bot.gateway.typing import TypingSigns

POLL_SECONDS = 1.0  # how soon what another process wrote is seen
STORE_AWAY_SECONDS = 2.0
BATCH = 100
RETRY_MILLISECONDS = 2000


@dataclass(eq=False)
class _Listener:
    """One open stream: what to wake, and who its window was told to be writing."""

    wake: asyncio.Event = field(default_factory=asyncio.Event)
    typing: dict[str, str | None] = field(default_factory=dict)


class Streams:
    """Open streams of this process; one query per second sees what other processes wrote for any of them."""

    def __init__(self, db: Database, per_session: int) -> None:
        self._db = db
        self._per_session = per_session
        self._listeners: dict[str, set[_Listener]] = {}
        self._at_work: dict[str, int] = {}
        self._watcher: asyncio.Task[None] | None = None
        self.staff_typing = TypingSigns(self.ring)
        self.rung: Callable[[str], None] = lambda conversation: None  # for whoever delivers elsewhere than to windows

    def ring(self, conversation: str) -> None:
        """Something was written to this conversation."""
        for listener in self._listeners.get(conversation, ()):
            listener.wake.set()
        self.rung(conversation)

    @contextlib.contextmanager
    def typing(self, conversation: str) -> Iterator[None]:
        """The assistant is at work on this conversation."""
        self._at_work[conversation] = self._at_work.get(conversation, 0) + 1
        self.ring(conversation)
        try:
            yield
        finally:
            self._at_work[conversation] -= 1
            if not self._at_work[conversation]:
                del self._at_work[conversation]
            self.ring(conversation)

    def listening(self) -> list[str]:
        """Conversations with a window open at this process."""
        return list(self._listeners)

    def admit(self, conversation: str) -> None:
        """Raises Problem("too_many_streams") when the conversation is open in too many windows."""
        if len(self._listeners.get(conversation, ())) >= self._per_session:
            raise Problem("too_many_streams", retry_after=10)

    async def events(self, claims: Claims, position: int) -> AsyncIterator[ServerSentEvent]:
        """Messages behind a position, then new ones as they come; `state` and `typing` when they change.

        Ends with state "ended" when the token expires or the conversation is erased.
        """
        listener = self._listen(claims.conversation)
        state: str | None = None
        try:
            while datetime.now(UTC) < claims.expires_at:
                listener.wake.clear()
                try:
                    chat, messages = await self._db.read(
                        partial(_news, conversation=claims.conversation, behind=position)
                    )
                except Problem:
                    await asyncio.sleep(STORE_AWAY_SECONDS)
                    continue
                if chat is None:
                    break
                for message in messages:
                    yield _event("message", message.public(), message.id)
                    position = message.position
                if chat.state != state:
                    state = chat.state
                    yield _event("state", {"state": state})
                for sign in self._typing_news(claims.conversation, listener):
                    yield sign
                if len(messages) < BATCH:
                    await _wait(listener.wake, claims.expires_at)
            yield _event("state", {"state": "ended"})
        finally:
            self._leave(claims.conversation, listener)

    def _typing_news(self, conversation: str, listener: _Listener) -> Iterator[ServerSentEvent]:
        """What this window does not know yet about who is writing; for staff with the display name."""
        now: dict[str, str | None] = {"assistant": None} if conversation in self._at_work else {}
        if name := self.staff_typing.name(conversation):
            now["staff"] = name
        for author in ("assistant", "staff"):
            if now.get(author, "") != listener.typing.get(author, ""):
                named = {"name": now[author]} if now.get(author) else {}
                yield _event("typing", {"author": author, **named, "typing": author in now})
        listener.typing = now

    def _listen(self, conversation: str) -> _Listener:
        listener = _Listener()
        self._listeners.setdefault(conversation, set()).add(listener)
        if self._watcher is None or self._watcher.done():
            self._watcher = asyncio.create_task(self._watch())
        return listener

    def _leave(self, conversation: str, listener: _Listener) -> None:
        listeners = self._listeners.get(conversation, set())
        listeners.discard(listener)
        if not listeners:
            self._listeners.pop(conversation, None)

    async def _watch(self) -> None:
        seen: dict[str, tuple[int, str] | None] = {}
        while self._listeners:
            await asyncio.sleep(POLL_SECONDS)
            conversations = list(self._listeners)
            try:
                now = await self._db.read(partial(_standing, conversations=conversations))
            except Problem:
                continue
            for conversation in conversations:
                if seen.get(conversation, ()) != now.get(conversation):
                    self.ring(conversation)
            seen = {conversation: now.get(conversation) for conversation in conversations}

    async def close(self) -> None:
        """Stop watching; the streams themselves end with the server."""
        if self._watcher:
            self._watcher.cancel()
            await asyncio.gather(self._watcher, return_exceptions=True)


def _news(
    db: Connection, conversation: str, behind: int
) -> tuple[sessions.SessionRecord | None, list[history.Message]]:
    chat = sessions.find_session(db, conversation)
    return chat, history.after(db, conversation, behind, BATCH) if chat else []


def _standing(db: Connection, conversations: list[str]) -> dict[str, tuple[int, str]]:
    rows = db.execute(
        select(chat_session.c.conversation, chat_session.c.last_position, chat_session.c.state).where(
            chat_session.c.conversation.in_(conversations)
        )
    )
    return {conversation: (position, state) for conversation, position, state in rows}


def _event(name: str, body: dict[str, Any], event_id: str | None = None) -> ServerSentEvent:
    return ServerSentEvent(data=json.dumps(body, ensure_ascii=False), event=name, id=event_id, retry=RETRY_MILLISECONDS)


async def _wait(wake: asyncio.Event, until: datetime) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(wake.wait(), max(0.0, (until - datetime.now(UTC)).total_seconds()))
