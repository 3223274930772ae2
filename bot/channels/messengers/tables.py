"""Rows of the messengers: updates as they came in, chats and how far they were served, kept values, one-time codes."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import JSON, BigInteger, DateTime, Index, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.store import Base


class MessengerUpdate(Base):
    """One delivery of a platform, kept before it is acknowledged; its body goes when it is done.

    The row itself stays for some days, so that a repeat is known. `reply` is what was answered in the response itself.
    """

    __tablename__ = "messenger_update"
    __table_args__ = (
        Index("ux_messenger_update", "channel", "update_id", unique=True),
        Index("ix_messenger_update_open", "channel", "done_at", "chat"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(16))
    update_id: Mapped[str] = mapped_column(String(128))
    chat: Mapped[str] = mapped_column(String(96))
    place: Mapped[int] = mapped_column(BigInteger)
    body: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    done_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reply: Mapped[str | None] = mapped_column(Text)


class MessengerChat(Base):
    """One person on one platform, the conversation they are in, and up to where it was delivered.

    `conversation` is empty after it was carried over to the website. `options` are the choices shown last;
    `window_until`, `window_kind` and `quota_left` are for platforms that count what may be pushed, `rest` for what of a
    message is still to be given.
    """

    __tablename__ = "messenger_chat"
    __table_args__ = (Index("ux_messenger_chat_conversation", "conversation", unique=True),)

    channel: Mapped[str] = mapped_column(String(16), primary_key=True)
    chat: Mapped[str] = mapped_column(String(96), primary_key=True)
    address: Mapped[str] = mapped_column(String(96))
    conversation: Mapped[str | None] = mapped_column(String(128))
    language: Mapped[str] = mapped_column(String(2))
    delivered_position: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    last_visitor_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    last_message: Mapped[str | None] = mapped_column(String(64))
    blocked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    wait_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    options: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    window_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    window_kind: Mapped[str | None] = mapped_column(String(16))
    quota_left: Mapped[int | None]
    rest: Mapped[str | None] = mapped_column(Text)


class MessengerState(Base):
    """A value that a channel keeps between starts: an offset, a token, who serves it at the moment."""

    __tablename__ = "messenger_state"

    channel: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
    until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class MessengerCode(Base):
    """The hash of a code that carries one conversation over to the website, once."""

    __tablename__ = "messenger_code"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation: Mapped[str] = mapped_column(String(128), index=True)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)


messenger_update = cast(Table, MessengerUpdate.__table__)
messenger_chat = cast(Table, MessengerChat.__table__)
messenger_state = cast(Table, MessengerState.__table__)
messenger_code = cast(Table, MessengerCode.__table__)
