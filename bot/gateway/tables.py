"""Rows of the gateway: sessions, their messages, the inbox that makes repeats harmless, and offered choices.

The classes declare the tables; the gateway itself writes and reads them by statements, which cost a third.
"""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import JSON, DateTime, Index, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.store import Base

REFUSED = "refused"


class ChatSession(Base):
    """One conversation. `last_position` is raised in the same transaction as each new message: it orders them.

    `seen_at` is when its visitor was last seen with the chat open, kept while people are responsible for it.
    """

    __tablename__ = "chat_session"

    conversation: Mapped[str] = mapped_column(String(128), primary_key=True)
    channel: Mapped[str] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(2))
    state: Mapped[str] = mapped_column(String(16), default="bot")
    page: Mapped[str | None] = mapped_column(String(200))
    last_position: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    notice_accepted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    seen_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ChatMessage(Base):
    """One message as the visitor sees it; positions are 1, 2, 3 ... without gaps within a conversation.

    `name` is the display name of the member of staff who wrote it.
    """

    __tablename__ = "chat_message"
    __table_args__ = (
        Index("chat_message_id", "conversation", "id", unique=True),
        Index("chat_message_reply_to", "conversation", "reply_to"),
    )

    conversation: Mapped[str] = mapped_column(String(128), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[str] = mapped_column(String(128))
    reply_to: Mapped[str | None] = mapped_column(String(128))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    author: Mapped[str] = mapped_column(String(16))
    name: Mapped[str | None] = mapped_column(String(80))
    language: Mapped[str] = mapped_column(String(2))
    text: Mapped[str] = mapped_column(Text)
    choices: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    card: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    sources: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))


class InboxEntry(Base):
    """One message id as it came in. Without `answered_at` a repeat goes to the core again.

    `state` is where the conversation stood when it was answered; `REFUSED` while the core has certainly not taken it,
    waiting or human from the start when it was written to people and is not for the core.
    """

    __tablename__ = "inbox_entry"

    conversation: Mapped[str] = mapped_column(String(128), primary_key=True)
    message_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    text: Mapped[str] = mapped_column(Text)
    intent: Mapped[str | None] = mapped_column(String(64))
    entities: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    state: Mapped[str | None] = mapped_column(String(16))


class OfferedChoice(Base):
    """What a button does. The visitor only ever holds the signed id."""

    __tablename__ = "offered_choice"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    conversation: Mapped[str] = mapped_column(String(128), index=True)
    title: Mapped[str] = mapped_column(String(200))
    intent: Mapped[str | None] = mapped_column(String(64))
    entities: Mapped[dict[str, Any]] = mapped_column(JSON)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)


class ErasedChat(Base):
    """Tombstone of an erased conversation: its hash and when; nothing of its content."""

    __tablename__ = "erased_chat"

    conversation_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


chat_session = cast(Table, ChatSession.__table__)
chat_message = cast(Table, ChatMessage.__table__)
inbox_entry = cast(Table, InboxEntry.__table__)
offered_choice = cast(Table, OfferedChoice.__table__)
erased_chat = cast(Table, ErasedChat.__table__)
