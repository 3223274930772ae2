"""The table of questions that were not answered, or not well."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, DateTime, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.store import Base


class UnansweredRow(Base):
    """One question of one visitor, redacted. `visitor` is a keyed hash; a repeat only raises `times` and `last_at`.

    `content` is the question folded, without names and filler; `near_facts` holds pairs of fact id and score.
    Facts and records are named by id without a foreign key: they may be taken out while the question stays.
    """

    __tablename__ = "unanswered"
    __table_args__ = (
        UniqueConstraint("visitor", "reason", "digest"),
        Index("ix_unanswered_last_at", "last_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    visitor: Mapped[str] = mapped_column(String(32))
    digest: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    last_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    times: Mapped[int] = mapped_column(default=1)
    reason: Mapped[str] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(2))
    channel: Mapped[str] = mapped_column(String(16))
    intent: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    content: Mapped[str] = mapped_column(Text)
    said_kind: Mapped[str] = mapped_column(String(16))
    said_facts: Mapped[list[str]] = mapped_column(JSON)
    named: Mapped[list[str]] = mapped_column(JSON)
    concepts: Mapped[list[str]] = mapped_column(JSON)
    near_facts: Mapped[list[tuple[str, float]]] = mapped_column(JSON)
    near_names: Mapped[list[str]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(16), default="open")
    settled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    settled_by: Mapped[str | None] = mapped_column(String(80))
    outcome: Mapped[str | None] = mapped_column(Text)
