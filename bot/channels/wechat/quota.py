"""What a visitor may still be sent: five messages in 48 hours after theirs, three in a minute after a press or scan.

Also how far a message longer than one text has come.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, case, or_, select, update

from bot.channels.messengers.records import Chat
from bot.channels.messengers.tables import messenger_chat as chats
from bot.channels.wechat.pieces import Begun
from bot.channels.wechat.push import Window

CHANNEL = "wechat"
FOR_STAFF = 1  # of the five: what the assistant may not use up


@dataclass(frozen=True)
class Grant:
    """What one kind of contact lets us push."""

    kind: Window
    count: int
    lasts: timedelta


GRANTS = {
    "message": Grant("message", 5, timedelta(hours=48)),
    "event": Grant("event", 3, timedelta(minutes=1)),
}


def granted(db: Connection, chat: str, window: Window, now: datetime) -> bool:
    """The visitor did something: nothing waits any more, the count begins anew; False for a chat that is not stored yet.

    A press within what is left of an earlier message's 48 hours takes nothing away.
    """
    grant = GRANTS[window]
    fresh = {"window_kind": grant.kind, "window_until": now + grant.lasts, "quota_left": grant.count}
    where: list[Any] = list(_this(chat))
    known = bool(db.execute(update(chats).where(*where).values(wait_until=None)).rowcount)
    if window == "event":
        still_open = and_(chats.c.window_kind == "message", chats.c.window_until > now, chats.c.quota_left > 0)
        where.append(or_(chats.c.window_kind.is_(None), ~still_open))
    db.execute(update(chats).where(*where).values(**fresh))
    return known


def spend(db: Connection, chat: str) -> None:
    """One message was pushed."""
    left = case((chats.c.quota_left > 0, chats.c.quota_left - 1), else_=0)
    db.execute(update(chats).where(*_this(chat), chats.c.quota_left.is_not(None)).values(quota_left=left))


def close(db: Connection, chat: str) -> None:
    """The platform counts otherwise: nothing more until the visitor does something."""
    db.execute(update(chats).where(*_this(chat)).values(quota_left=0))


def left(chat: Chat, now: datetime, *, staff: bool) -> int:
    """How many messages may be pushed now; what is kept for staff only when something of theirs is among them."""
    count, until, kind = chat.quota_left, chat.window_until, chat.window_kind
    if count is None or until is None:
        # The first contact, whose row was made only by the turn itself; the platform refuses if this is too much.
        count, kind = GRANTS["message"].count, "message"
        until = (chat.last_visitor_at or now) + GRANTS["message"].lasts
    if until <= now:
        return 0
    return max(0, count - (0 if staff or kind == "event" else FOR_STAFF))


def begun(db: Connection, chat: str) -> Begun:
    """The long message of which a part has arrived."""
    kept = db.scalar(select(chats.c.rest).where(*_this(chat)))
    message, _, texts = kept.rpartition(" ") if kept else ("", "", "0")
    return Begun(message, int(texts))


def keep_begun(db: Connection, chat: str, begun: Begun | None) -> None:
    """So many texts of a message have arrived; None when all have."""
    rest = f"{begun.message} {begun.texts}" if begun else None
    db.execute(update(chats).where(*_this(chat)).values(rest=rest))


def _this(chat: str) -> tuple[Any, ...]:
    return chats.c.channel == CHANNEL, chats.c.chat == chat
