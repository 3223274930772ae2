"""Rows of the desk: who may log in, and who is logged in."""

from __future__ import annotations

from datetime import date, datetime
from typing import cast

from sqlalchemy import JSON, DateTime, ForeignKey, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.store import Base


class AccountRow(Base):
    """One member of staff. `role` is staff, lead or admin; `desks` are ids of the partner database.

    `failed` counts wrong passwords since the last right one; `password` is an Argon2 hash with its parameters.
    """

    __tablename__ = "staff_account"

    login: Mapped[str] = mapped_column(String(80), primary_key=True)
    display_name: Mapped[str] = mapped_column(String(120))
    password: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(String(8))
    desks: Mapped[list[str]] = mapped_column(JSON)
    language: Mapped[str] = mapped_column(String(2))
    active: Mapped[bool]
    failed: Mapped[int]
    locked_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class SessionRow(Base):
    """One login. Of the token in the cookie only its hash is kept; `csrf` goes into each form of this session."""

    __tablename__ = "staff_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    login: Mapped[str] = mapped_column(ForeignKey("staff_account.login", ondelete="CASCADE"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(2))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    last_seen: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)


class TalkCountRow(Base):
    """Conversations of one day and language that are deleted: how many there were, and how many never became a case."""

    __tablename__ = "talk_count"

    day: Mapped[date] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(String(2), primary_key=True)
    talks: Mapped[int]
    alone: Mapped[int]


staff_account = cast(Table, AccountRow.__table__)
staff_session = cast(Table, SessionRow.__table__)
talk_count = cast(Table, TalkCountRow.__table__)
