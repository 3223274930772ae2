"""One-time codes that carry a messenger's conversation over to the website."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from sqlalchemy import Connection, delete, insert, update

from bot.channels.messengers.tables import messenger_chat, messenger_code
from bot.gateway.sessions import as_utc
from bot.gateway.tables import chat_session

MINUTES = 30
PREFIX = "once."  # tells a code from the signed links of mails


def make(db: Connection, conversation: str) -> str:
    """A new code; the first one that is used makes the others worthless."""
    code = PREFIX + secrets.token_urlsafe(24)
    expires_at = datetime.now(UTC) + timedelta(minutes=MINUTES)
    db.execute(insert(messenger_code).values(digest=_digest(code), conversation=conversation, expires_at=expires_at))
    return code


def redeem(db: Connection, code: str) -> str | None:
    """The conversation, which belongs to the website from now on; None for a code that is used, old or made up."""
    mine = messenger_code.c.digest == _digest(code)
    row = db.execute(
        delete(messenger_code).where(mine).returning(messenger_code.c.conversation, messenger_code.c.expires_at)
    ).first()
    if row is None or as_utc(row.expires_at) <= datetime.now(UTC):
        return None
    db.execute(delete(messenger_code).where(messenger_code.c.conversation == row.conversation))
    same = messenger_chat.c.conversation == row.conversation
    left = {"conversation": None, "delivered_position": 0, "options": None, "wait_until": None}
    db.execute(update(messenger_chat).where(same).values(**left))
    db.execute(update(chat_session).where(chat_session.c.conversation == row.conversation).values(channel="web"))
    return str(row.conversation)


def purge(db: Connection, now: datetime) -> None:
    """Delete codes whose time has passed."""
    db.execute(delete(messenger_code).where(messenger_code.c.expires_at <= now))


def _digest(code: str) -> str:
    return sha256(code.encode(errors="replace")).hexdigest()
