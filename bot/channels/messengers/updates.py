"""Updates of a platform in the database: taken in once, carried out in order per chat, forgotten when they are done."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.channels.messengers.records import Event, Received
from bot.channels.messengers.tables import messenger_update as rows
from bot.gateway.sessions import as_utc

KEPT = timedelta(days=8)  # longer than any platform repeats a delivery
_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


@dataclass(frozen=True)
class Open:
    """An update that is still to be carried out."""

    received: Received
    received_at: datetime


def key(update_id: str) -> str:
    """What is kept of a platform's id of a delivery: a number as it is, else a hash, since it may name the visitor."""
    known = update_id.isdigit() or re.fullmatch(r"[0-9a-f]{64}", update_id)
    return update_id if known else sha256(update_id.encode()).hexdigest()


def receive(db: Connection, channel: str, received: Received) -> bool:
    """Write an update down; False when it was there before."""
    insert = _INSERTS[db.dialect.name](rows).values(
        channel=channel,
        update_id=key(received.update_id),
        chat=received.chat,
        place=received.place,
        body=received.body(),
        received_at=datetime.now(UTC),
    )
    return db.execute(insert.on_conflict_do_nothing().returning(rows.c.id)).first() is not None


def next_open(db: Connection, channel: str, chat: str) -> Open | None:
    """The first of a chat's updates that is not done."""
    mine = select(rows).where(*_open(channel), rows.c.chat == chat)
    row = db.execute(mine.order_by(rows.c.place, rows.c.id).limit(1)).first()
    return _read(row) if row else None


def chats_with_open(db: Connection, channel: str) -> list[str]:
    """The chats that wait, longest first."""
    waiting = select(rows.c.chat).where(*_open(channel)).group_by(rows.c.chat).order_by(func.min(rows.c.id))
    return list(db.scalars(waiting))


def is_done(db: Connection, channel: str, update_id: str) -> bool:
    """Whether an update has been carried out."""
    return db.scalar(select(rows.c.done_at).where(*_this(channel, update_id))) is not None


def mark_done(db: Connection, channel: str, update_id: str) -> bool:
    """Carried out: what it said is not needed any more. False when somebody else was quicker."""
    done = {"done_at": datetime.now(UTC), "body": None}
    return bool(
        db.execute(update(rows).where(*_this(channel, update_id), rows.c.done_at.is_(None)).values(**done)).rowcount
    )


def set_reply(db: Connection, channel: str, update_id: str, reply: str) -> None:
    """Keep what was answered in the response itself, for repeats."""
    db.execute(update(rows).where(*_this(channel, update_id)).values(reply=reply))


def reply_of(db: Connection, channel: str, update_id: str) -> str | None:
    """What was answered in the response to this update."""
    return db.scalar(select(rows.c.reply).where(*_this(channel, update_id)))


def forget_chat(db: Connection, channel: str, chat: str) -> None:
    """Nothing stays of a chat's updates but their ids, so that a repeat begins nothing anew."""
    nothing = {"body": None, "reply": None, "chat": "", "done_at": func.coalesce(rows.c.done_at, datetime.now(UTC))}
    db.execute(update(rows).where(rows.c.channel == channel, rows.c.chat == chat).values(**nothing))


def purge(db: Connection, channel: str, now: datetime) -> int:
    """Delete what is done and can come no more."""
    old = (rows.c.channel == channel, rows.c.done_at.is_not(None), rows.c.received_at < now - KEPT)
    return int(db.execute(delete(rows).where(*old)).rowcount)


def count_open(db: Connection, channel: str) -> int:
    """How many updates wait."""
    return int(db.scalar(select(func.count()).select_from(rows).where(*_open(channel))) or 0)


def _open(channel: str) -> tuple[Any, ...]:
    return rows.c.channel == channel, rows.c.done_at.is_(None)


def _this(channel: str, update_id: str) -> tuple[Any, ...]:
    return rows.c.channel == channel, rows.c.update_id == key(update_id)


def _read(row: Row[Any]) -> Open:
    body = row.body or {}
    event = Event(**body["event"])
    received = Received(row.update_id, row.chat, body["address"], event, row.place, body["language"])
    return Open(received, as_utc(row.received_at))
