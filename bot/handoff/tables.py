"""Rows of the hand-off: cases, notes of staff, and the audit trail, which the database itself keeps from change."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import DDL, JSON, DateTime, ForeignKey, Index, String, Table, Text, UniqueConstraint, event, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.store import Base

OPEN_STATES = ("waiting", "human")
_IS_OPEN = text("state IN ('waiting', 'human')")


class CaseRow(Base):
    """One hand-off. `state` is waiting, human or closed; a conversation has at most one that is not closed.

    `idem_key` is what opened it within its conversation. Name, company, e-mail and question are sealed by the vault.
    `transcript_until` is the last message before the hand-off; `shown` are ids of what the assistant had shown.
    `unanswered_since` is null while the visitor waits for nobody; `desk_since` is when the desk got the case.
    """

    __tablename__ = "handoff_case"
    __table_args__ = (
        UniqueConstraint("conversation", "idem_key"),
        Index(
            "ux_handoff_case_open", "conversation", unique=True, sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN
        ),
        Index("ix_handoff_case_state", "state", "desk"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(8), unique=True)
    conversation: Mapped[str] = mapped_column(String(128))
    idem_key: Mapped[str] = mapped_column(String(160))
    state: Mapped[str] = mapped_column(String(8))
    version: Mapped[int]
    trigger: Mapped[str] = mapped_column(String(16))
    channel: Mapped[str] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(2))
    topic: Mapped[str | None] = mapped_column(String(80))
    shown: Mapped[list[str]] = mapped_column(JSON)
    reach: Mapped[str] = mapped_column(String(8))
    name: Mapped[str | None] = mapped_column(Text)
    company: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    question: Mapped[str | None] = mapped_column(Text)
    consent_text: Mapped[str | None] = mapped_column(String(40))
    consent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    transcript_until: Mapped[str | None] = mapped_column(String(128))
    desk: Mapped[str] = mapped_column(String(80))
    deputy: Mapped[str | None] = mapped_column(String(80))
    desk_since: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    claimed_by: Mapped[str | None] = mapped_column(String(80))
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    claimed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    first_answer_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    unanswered_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reminded_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    escalated_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    close_reason: Mapped[str | None] = mapped_column(String(16))


class NoteRow(Base):
    """What staff wrote about a case for each other; sealed like contact data, and never shown to the visitor."""

    __tablename__ = "handoff_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("handoff_case.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    by: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(Text)


class RatingRow(Base):
    """How satisfied the visitor was with a closed case: 1 (good) to 3 (not good); the comment is sealed."""

    __tablename__ = "handoff_rating"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("handoff_case.id", ondelete="CASCADE"), unique=True)
    rating: Mapped[int]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    comment: Mapped[str | None] = mapped_column(Text)
    comment_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class AuditRow(Base):
    """Who did what to a case, when. It names the case by number and holds nothing a visitor said, so it may outlive
    the case; `detail` holds ids, states and reasons only."""

    __tablename__ = "handoff_audit"
    __table_args__ = (Index("ix_handoff_audit_number", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    number: Mapped[str] = mapped_column(String(8))
    by: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(16))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)


# Rows may only go when they are old: retention needs that, and nobody can take back what happened lately.
KEPT_DAYS = 90
APPEND_ONLY = {
    "sqlite": (
        "CREATE TRIGGER handoff_audit_no_update BEFORE UPDATE ON handoff_audit "
        "BEGIN SELECT RAISE(ABORT, 'handoff_audit is append only'); END",
        "CREATE TRIGGER handoff_audit_no_delete BEFORE DELETE ON handoff_audit "
        f"WHEN OLD.at > datetime('now', '-{KEPT_DAYS} days') "
        "BEGIN SELECT RAISE(ABORT, 'handoff_audit is append only'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION handoff_audit_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN "
        f"IF TG_OP = 'DELETE' THEN IF OLD.at <= now() - interval '{KEPT_DAYS} days' THEN RETURN OLD; END IF; END IF; "
        "RAISE EXCEPTION 'handoff_audit is append only'; END $$",
        "CREATE TRIGGER handoff_audit_append_only BEFORE UPDATE OR DELETE ON handoff_audit "
        "FOR EACH ROW EXECUTE FUNCTION handoff_audit_append_only()",
        "CREATE TRIGGER handoff_audit_no_truncate BEFORE TRUNCATE ON handoff_audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION handoff_audit_append_only()",
    ),
}
for _dialect, _statements in APPEND_ONLY.items():
    for _statement in _statements:
        event.listen(AuditRow.__table__, "after_create", DDL(_statement).execute_if(dialect=_dialect))  # type: ignore[no-untyped-call]

handoff_case = cast(Table, CaseRow.__table__)
handoff_note = cast(Table, NoteRow.__table__)
handoff_rating = cast(Table, RatingRow.__table__)
handoff_audit = cast(Table, AuditRow.__table__)

# What the vault seals.
SEALED: dict[Table, tuple[str, ...]] = {
    handoff_case: ("name", "company", "email", "question"),
    handoff_note: ("text",),
    handoff_rating: ("comment",),
}
