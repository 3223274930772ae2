"""Chats in the database: which conversation a person is in, and up to where it was delivered to them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, insert, or_, select, update

from bot.channels.messengers.records import Chat, Received
from bot.channels.messengers.tables import messenger_chat as chats
from bot.channels.messengers.tables import messenger_code
from bot.gateway import history, sessions
from bot.gateway.history import Draft, Message
from bot.gateway.sessions import as_utc
from bot.gateway.tables import chat_session, erased_chat

BATCH = 20
UNTIL_WRITTEN = timedelta(days=30)  # how long a chat waits to which nothing may be pushed: until its visitor writes


def find(db: Connection, channel: str, chat: str) -> Chat | None:
    """The chat, or None when nobody ever wrote there or it was erased."""
    row = db.execute(select(chats).where(*_this(channel, chat))).first()
    return _record(row) if row else None


def of_conversation(db: Connection, channel: str, conversation: str) -> Chat | None:
    """The chat that a conversation is delivered to."""
    row = db.execute(select(chats).where(chats.c.channel == channel, chats.c.conversation == conversation)).first()
    return _record(row) if row else None


def open_conversation(
    db: Connection, channel: str, received: Received, language: str, lifetime: timedelta, drafts: Sequence[Draft]
) -> str:
    """A new conversation for this chat that begins with `drafts`; its id is the chat's unless that was used before."""
    conversation = _free_id(db, received.chat)
    now = datetime.now(UTC)
    sessions.open_session(db, conversation, channel=channel, language=language, expires_at=now + lifetime)
    history.append(db, conversation, drafts)
    fresh = {"address": received.address, "conversation": conversation, "language": language, "delivered_position": 0}
    known = update(chats).where(*_this(channel, received.chat)).values(**fresh, options=None, wait_until=None)
    if not db.execute(known).rowcount:
        db.execute(insert(chats).values(channel=channel, chat=received.chat, created_at=now, **fresh))
    return conversation


def visitor_was_there(db: Connection, channel: str, received: Received, conversation: str, lifetime: timedelta) -> None:
    """The visitor did something: not blocked (any more), and the conversation lives on."""
    now = datetime.now(UTC)
    there: dict[str, Any] = {"last_visitor_at": now, "blocked_at": None, "address": received.address}
    if received.event.message and received.event.kind != "press":
        there["last_message"] = received.event.message
    db.execute(update(chats).where(*_this(channel, received.chat)).values(**there))
    held_back = (*_this(channel, received.chat), chats.c.wait_until > now + UNTIL_WRITTEN / 2)
    db.execute(update(chats).where(*held_back).values(wait_until=None))
    sessions.prolong(db, conversation, now + lifetime)


def block(db: Connection, channel: str, chat: str, *, forget_undelivered: bool) -> None:
    """Nothing is pushed any more; what was not delivered so far is either forgotten or waits for the visitor."""
    gone: dict[str, Any] = {"blocked_at": datetime.now(UTC), "wait_until": None}
    ends = select(chat_session.c.last_position).where(chat_session.c.conversation == chats.c.conversation)
    reached = func.coalesce(ends.scalar_subquery(), chats.c.delivered_position)
    if forget_undelivered:
        gone["delivered_position"] = reached
    db.execute(update(chats).where(*_this(channel, chat)).values(**gone))


def unblock(db: Connection, channel: str, chat: str) -> None:
    """Messages are welcome again, also those written meanwhile."""
    db.execute(update(chats).where(*_this(channel, chat)).values(blocked_at=None))


def wait(db: Connection, channel: str, chat: str, until: datetime) -> None:
    """Leave this chat alone until then."""
    db.execute(update(chats).where(*_this(channel, chat)).values(wait_until=until))


def behind(db: Connection, channel: str, now: datetime) -> list[tuple[str, datetime | None]]:
    """Chats to which something may be delivered, and until when each has to wait."""
    found = db.execute(
        select(chats.c.chat, chats.c.wait_until)
        .join(chat_session, chat_session.c.conversation == chats.c.conversation)
        .where(
            chats.c.channel == channel,
            chats.c.blocked_at.is_(None),
            chat_session.c.last_position > chats.c.delivered_position,
            or_(chats.c.wait_until.is_(None), chats.c.wait_until <= now),
        )
        .order_by(chats.c.last_visitor_at)
    )
    return [(row.chat, row.wait_until) for row in found]


def pending(db: Connection, channel: str, chat: str) -> tuple[Chat | None, list[Message]]:
    """The chat, and the next messages of its conversation behind what it got, the visitor's own among them."""
    known = find(db, channel, chat)
    if known is None or known.conversation is None:
        return known, []
    return known, history.after(db, known.conversation, known.delivered_position, BATCH)


def advance(db: Connection, chat: Chat, position: int, options: Any = ...) -> bool:
    """Everything up to `position` has arrived; False when the chat was moved meanwhile. `options` replace the last ones."""
    moved: dict[str, Any] = {"delivered_position": position, "wait_until": None}
    if options is not ...:
        moved["options"] = options
    same = and_(chats.c.conversation == chat.conversation, chats.c.delivered_position == chat.delivered_position)
    return bool(db.execute(update(chats).where(*_this(chat.channel, chat.chat), same).values(**moved)).rowcount)


def forget(db: Connection, channel: str, conversation: str) -> str | None:
    """The conversation is being erased: so is who it was with. Returns the chat it was."""
    mine = (chats.c.channel == channel, chats.c.conversation == conversation)
    chat = db.scalar(select(chats.c.chat).where(*mine))
    db.execute(delete(chats).where(*mine))
    db.execute(delete(messenger_code).where(messenger_code.c.conversation == conversation))
    return chat


def figures(db: Connection, channel: str) -> dict[str, int]:
    """Counts for operators: chats, of them blocked, of them not fully served."""
    mine = chats.c.channel == channel
    count = select(func.count()).select_from(chats)
    served = count.join(chat_session, chat_session.c.conversation == chats.c.conversation).where(
        mine, chats.c.blocked_at.is_(None), chat_session.c.last_position > chats.c.delivered_position
    )
    return {
        "chats": int(db.scalar(count.where(mine)) or 0),
        "blocked": int(db.scalar(count.where(mine, chats.c.blocked_at.is_not(None))) or 0),
        "behind": int(db.scalar(served) or 0),
    }


def _free_id(db: Connection, chat: str) -> str:
    """An id that no conversation has or had: tombstones must never meet a living one."""
    digest = sha256(chat.encode()).hexdigest()
    used = sessions.find_session(db, chat) is not None
    used = used or db.scalar(select(erased_chat.c.at).where(erased_chat.c.conversation_hash == digest)) is not None
    return f"{chat}:{secrets.token_hex(5)}" if used else chat


def _this(channel: str, chat: str) -> tuple[Any, ...]:
    return chats.c.channel == channel, chats.c.chat == chat


def _record(row: Row[Any]) -> Chat:
    def at(value: datetime | None) -> datetime | None:
        return as_utc(value) if value else None

    return Chat(
        row.channel, row.chat, row.address, row.conversation, row.language, row.delivered_position,
        at(row.last_visitor_at), row.last_message, at(row.blocked_at), at(row.wait_until), row.options,
        at(row.window_until), row.window_kind, row.quota_left,
    )  # fmt: skip
