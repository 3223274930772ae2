"""Conversations in SQL: appended to, read back in part, never kept in memory instead when the database is away."""
from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, deserialise_events
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException

from bot.core.settings import current
from bot.core.tracker import BoundedTracker

logger = logging.getLogger(__name__)

metadata = sa.MetaData()
events_table = sa.Table(
    "events",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("sender_id", sa.String(255), nullable=False),
    sa.Column("type_name", sa.String(255), nullable=False),
    sa.Column("timestamp", sa.Float),
    sa.Column("intent_name", sa.String(255)),
    sa.Column("action_name", sa.String(255)),
    sa.Column("data", sa.Text, nullable=False),
    sa.Index("ix_events_sender_id_id", "sender_id", "id"),
)
conversations_table = sa.Table(
    "conversations",
    metadata,
    sa.Column("sender_id", sa.String(255), primary_key=True),
    # One more with each turn; tells whether another process has written since.
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("updated_at", sa.Float, nullable=False),
)
# Made once: SQLAlchemy spends more on making a statement than SQLite on answering it.
READ_STATE = sa.select(conversations_table.c.version, conversations_table.c.state).where(
    conversations_table.c.sender_id == sa.bindparam("sender")
)
READ_LAST_EVENTS = (
    sa.select(events_table.c.data)
    .where(events_table.c.sender_id == sa.bindparam("sender"))
    .order_by(events_table.c.id.desc())
    .limit(sa.bindparam("most", type_=sa.Integer))
)
ADD_EVENTS = events_table.insert()
ADD_STATE = conversations_table.insert()
# Touches nothing if another process has written since.
REPLACE_STATE = (
    conversations_table.update()
    .where(conversations_table.c.sender_id == sa.bindparam("sender"), conversations_table.c.version == sa.bindparam("known"))
    .values({name: sa.bindparam(name) for name in ("version", "state", "updated_at")})
)
NO_LIMIT = 2**31 - 1
THREADS = 8
encode = json.JSONEncoder(ensure_ascii=False).encode


class StoreUnavailable(RasaException):
    """Raised when a conversation can neither be read nor written; the turn did not happen."""


class BoundedTrackerStore(TrackerStore):
    """Tracker store over SQLite or PostgreSQL (`url`), with the conversations in use kept at hand."""

    def __init__(
        self,
        domain: Domain | None = None,
        url: str = "sqlite:///var/tracker.db",
        event_broker: Any = None,
        host: str = "",
        **kwargs: Any,
    ) -> None:
        # Rasa hands the endpoint's `url` to a store of one's own under the name `host`.
        url = host or url
        settings = current()
        super().__init__(domain, event_broker)
        self._limit = settings.core_history_events
        self._timeout = settings.store_timeout
        self._capacity = settings.core_live_conversations
        self._live: OrderedDict[str, BoundedTracker] = OrderedDict()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="transcripts")
        self._has_tables = False
        self.engine = make_engine(url, self._timeout)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Returns the conversation with its latest events; raises StoreUnavailable."""
        live = self._live.pop(sender_id, None)
        known = live.version if live else None
        found = await self._in_thread(self._read, sender_id, self._limit * 2 // 3, known)
        if found is None:
            return None
        version, state, events = found
        if live is not None and version == live.version:
            return live
        tracker = self.init_tracker(sender_id)
        tracker.restore(events, state)
        tracker.version = version
        return tracker

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """Returns the conversation with every event ever stored; for reading only."""
        found = await self._in_thread(self._read, conversation_id, None, None)
        if found is None:
            return None
        return DialogueStateTracker.from_events(conversation_id, found[2], self.domain.slots)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Appends what is new, all or nothing; raises StoreUnavailable, after which `tracker` is to be thrown away."""
        if not isinstance(tracker, BoundedTracker):
            raise StoreUnavailable("only conversations that came from this store can be saved")
        if tracker.unsaved:
            await self._in_thread(self._append, tracker.sender_id, tracker.version, list(tracker.unsaved), tracker.snapshot())
            tracker.version += 1
            tracker.unsaved = []
            tracker.trim(self._limit)
        self._live[tracker.sender_id] = tracker
        while len(self._live) > self._capacity:
            self._live.popitem(last=False)

    async def create_tracker(self, sender_id: str, append_action_listen: bool = True) -> DialogueStateTracker:
        """Returns an empty conversation; nothing is stored before the first turn ends."""
        return self.init_tracker(sender_id)

    def init_tracker(self, sender_id: str) -> BoundedTracker:
        return BoundedTracker(sender_id, self.domain.slots)

    async def exists(self, conversation_id: str) -> bool:
        return await self._in_thread(self._read, conversation_id, 0, None) is not None

    async def keys(self) -> Iterable[str]:
        return await self._in_thread(self._keys)

    async def erase(self, sender_id: str) -> None:
        """Deletes a conversation, in memory and in the write-ahead log too; raises StoreUnavailable."""
        self._live.pop(sender_id, None)
        await self._in_thread(self._delete, sender_id)

    async def check(self) -> None:
        """Asks the database for an answer; raises StoreUnavailable."""
        await self._in_thread(self._ping)

    async def _in_thread(self, work: Callable[..., Any], *arguments: Any) -> Any:
        loop = asyncio.get_running_loop()
        try:
            # The driver's own deadlines come first; this one stands in for a driver that hangs.
            return await asyncio.wait_for(loop.run_in_executor(self._threads, work, *arguments), self._timeout + 1.0)
        except (sa.exc.SQLAlchemyError, OSError, ValueError, asyncio.TimeoutError) as error:
            logger.error("Transcript store: %s", type(error).__name__)
            raise StoreUnavailable("the conversation store does not answer") from None

    def _connect(self) -> Any:
        if not self._has_tables:
            metadata.create_all(self.engine)
            self._has_tables = True
        return self.engine.begin()

    def _ping(self) -> None:
        with self._connect() as connection:
            connection.execute(sa.select(conversations_table.c.version).limit(1)).first()

    def _keys(self) -> list[str]:
        with self._connect() as connection:
            return list(connection.scalars(sa.select(conversations_table.c.sender_id)))

    def _delete(self, sender_id: str) -> None:
        with self._connect() as connection:
            for table in (events_table, conversations_table):
                connection.execute(table.delete().where(table.c.sender_id == sender_id))
        if self.engine.dialect.name == "sqlite":
            raw = self.engine.raw_connection()
            try:
                raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
            finally:
                raw.close()

    def _read(
        self, sender_id: str, limit: int | None, known_version: int | None
    ) -> tuple[int, dict[str, Any], list[Event]] | None:
        with self._connect() as connection:
            row = connection.execute(READ_STATE, {"sender": sender_id}).first()
            if row is None:
                return None
            if row.version == known_version:
                return row.version, {}, []
            most = {"sender": sender_id, "most": NO_LIMIT if limit is None else limit}
            documents = [json.loads(data) for data in connection.scalars(READ_LAST_EVENTS, most)]
        return row.version, json.loads(row.state), deserialise_events(documents[::-1])

    def _append(self, sender_id: str, version: int, events: list[Event], state: dict[str, Any]) -> None:
        rows = [event_row(sender_id, event) for event in events]
        values = {"version": version + 1, "state": encode(state), "updated_at": time.time()}
        with self._connect() as connection:
            if version == 0:
                connection.execute(ADD_STATE, {"sender_id": sender_id, **values})
            elif connection.execute(REPLACE_STATE, {"sender": sender_id, "known": version, **values}).rowcount != 1:
                raise ValueError("another process has written to this conversation")
            connection.execute(ADD_EVENTS, rows)


def event_row(sender_id: str, event: Event) -> dict[str, Any]:
    """Returns the stored form of an event, without what can be worked out again from the text."""
    document = event.as_dict()
    parse_data = document.get("parse_data")
    if parse_data:
        document["parse_data"] = {key: value for key, value in parse_data.items() if key != "text_tokens"}
    intent = (parse_data or {}).get("intent") or {}
    return {
        "sender_id": sender_id,
        "type_name": event.type_name,
        "timestamp": document.get("timestamp"),
        "intent_name": intent.get("name"),
        "action_name": document.get("name"),
        "data": encode(document),
    }


def make_engine(url: str, timeout: float) -> sa.engine.Engine:
    """Makes the engine with deadlines (`timeout` in seconds) and durable writes; connects to nothing yet."""
    parsed = sa.engine.make_url(url)
    common: dict[str, Any] = {"hide_parameters": True}
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(parsed, connect_args={"timeout": timeout}, **common)
        sa.event.listen(engine, "connect", _set_pragmas)
        return engine
    milliseconds = int(timeout * 1000)
    options = {
        "connect_timeout": max(2, int(timeout)),
        "options": f"-c statement_timeout={milliseconds} -c lock_timeout={milliseconds}",
        "tcp_user_timeout": milliseconds,
    }
    # A server may have closed a connection; a file does not.
    common["pool_pre_ping"] = True
    return sa.create_engine(parsed, connect_args=options, pool_size=THREADS, max_overflow=0, pool_timeout=timeout, **common)


def _set_pragmas(connection: Any, _: Any) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
