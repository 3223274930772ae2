"""The core's own record of conversations, as far as it must be shown or go: its tables, named here by column.

The core erases under its lock of the conversation. Where it does not answer its rows are deleted from here, which is
safe: a turn that is under way in the core finds its version gone and is not stored.
"""

import asyncio
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, column, delete, inspect, select, table
from sqlalchemy.engine import make_url

from bot.gateway.core_client import CoreClient
from bot.gateway.problems import Problem
from bot.store import Store, StoreUnavailable

BATCH = 500
SECONDS = 8.0

_conversations = table("conversations", column("sender_id"), column("updated_at"))
_events = table("events", column("id"), column("sender_id"), column("type_name"), column("timestamp"), column("data"))


class Transcripts:
    """Opens the core's database at the first use. Methods raise StoreUnavailable."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._store: Store | None = None
        self._has_tables = False

    def forget(self, conversations: Sequence[str]) -> int:
        """Delete what the core has of these conversations, from the write-ahead log too; how many it had."""
        store = self._open()
        if store is None or not conversations:
            return 0
        count = sum(
            store.write(lambda db, some=conversations[first : first + BATCH]: _delete(db, some))  # type: ignore[misc]
            for first in range(0, len(conversations), BATCH)
        )
        if count:
            store.empty_log()
        return count

    def events(self, conversation: str) -> list[dict[str, Any]]:
        """What the core noted of a conversation, oldest first."""
        store = self._open()
        if store is None:
            return []
        query = select(_events.c.data).where(_events.c.sender_id == conversation).order_by(_events.c.id)
        return [json.loads(data) for data in store.read(lambda db: db.scalars(query).all())]

    def untouched(self, before: datetime) -> Iterator[list[str]]:
        """The conversations in which nothing happened since a time, some at once; they may be deleted meanwhile."""
        store = self._open()
        last = ""
        while store is not None:
            old = (_conversations.c.updated_at < before.timestamp(), _conversations.c.sender_id > last)
            query = select(_conversations.c.sender_id).where(*old).order_by(_conversations.c.sender_id).limit(BATCH)
            some = list(store.read(lambda db, query=query: db.scalars(query).all()))  # type: ignore[misc]
            if not some:
                return
            yield some
            last = some[-1]

    def close(self) -> None:
        if self._store:
            self._store.close()

    def _open(self) -> Store | None:
        """The database; None while the core has not made its tables."""
        parsed = make_url(self._url)
        if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").exists():
            return None
        if self._store is None:
            self._store = Store(self._url)
        if not self._has_tables:
            self._has_tables = bool(self._store.read(lambda db: inspect(db).has_table("conversations")))
        return self._store if self._has_tables else None


class CoreMemory:
    """Erases what the core remembers: by the core itself, else in its database."""

    def __init__(self, core: CoreClient, transcripts: Transcripts) -> None:
        self._core, self.transcripts = core, transcripts

    async def erase(self, conversation: str) -> None:
        """Raises Problem("store_away") when it could be neither."""
        if await self._core.erase(conversation, SECONDS):
            return
        try:
            await asyncio.to_thread(self.transcripts.forget, [conversation])
        except StoreUnavailable as error:
            raise Problem("store_away", retry_after=5) from error

    async def events(self, conversation: str) -> list[dict[str, Any]]:
        """What the core noted; raises Problem("store_away")."""
        try:
            return await asyncio.to_thread(self.transcripts.events, conversation)
        except StoreUnavailable as error:
            raise Problem("store_away", retry_after=5) from error


def _delete(db: Connection, conversations: Sequence[str]) -> int:
    mine = [part.c.sender_id.in_(conversations) for part in (_events, _conversations)]
    db.execute(delete(_events).where(mine[0]))
    return db.execute(delete(_conversations).where(mine[1])).rowcount
