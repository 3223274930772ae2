"""The table of what is to be delivered to people outside the chat."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import JSON, DateTime, Index, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.store import Base


class OutboxRow(Base):
    """One delivery to one recipient. `to` is an address or `desk:ID`, whose address comes from the configuration.

    `message_id` is the left part of the Message-ID, the same at every attempt. A row that is `sending` belongs to
    `lease_owner` until `lease_until`. `last_error` is `stage:class code`, never an address or a server's words.
    """

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_due", "state", "next_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    idem_key: Mapped[str] = mapped_column(String(200), unique=True)
    channel: Mapped[str] = mapped_column(String(16))
    to: Mapped[str] = mapped_column(Text)
    template: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(2))
    params: Mapped[dict[str, Any]] = mapped_column(JSON)
    message_id: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[str] = mapped_column(String(8))
    attempts: Mapped[int]
    next_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    lease_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    lease_owner: Mapped[str | None] = mapped_column(String(32))
    last_error: Mapped[str | None] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


outbox = cast(Table, OutboxRow.__table__)
