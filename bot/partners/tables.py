"""Tables of the partner database; rows never leave this package, records do (see records.py)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import DDL, JSON, DateTime, ForeignKey, Index, String, Text, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column

from bot.store import Base

Id = String(80)


class SourceRow(Base):
    """A page that a fact was read from."""

    __tablename__ = "source"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    publisher: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    published: Mapped[str | None] = mapped_column(String(10))
    language: Mapped[str] = mapped_column(String(2))


class RecordRow(Base):
    """Whatever facts can be about: an organisation, a place, a topic or a link."""

    __tablename__ = "record"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    type: Mapped[str] = mapped_column(String(16), index=True)
    position: Mapped[int]


class OrganisationRow(Base):
    __tablename__ = "organisation"
    id: Mapped[str] = mapped_column(ForeignKey("record.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), index=True)
    part: Mapped[str] = mapped_column(String(16), index=True)
    role: Mapped[dict[str, str]] = mapped_column(JSON)
    city: Mapped[str | None] = mapped_column(String(80), index=True)
    country: Mapped[str] = mapped_column(String(80), index=True)
    website: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text)
    sectors: Mapped[list[str]] = mapped_column(JSON)


class PlaceRow(Base):
    __tablename__ = "place"
    id: Mapped[str] = mapped_column(ForeignKey("record.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), index=True)
    role: Mapped[dict[str, str]] = mapped_column(JSON)
    city: Mapped[str | None] = mapped_column(String(80))
    country: Mapped[str] = mapped_column(String(80), index=True)
    website: Mapped[str | None] = mapped_column(Text)
    sectors: Mapped[list[str]] = mapped_column(JSON)


class TopicRow(Base):
    __tablename__ = "topic"
    id: Mapped[str] = mapped_column(ForeignKey("record.id", ondelete="CASCADE"), primary_key=True)


class TopicOrganisationRow(Base):
    """Who works on a topic, in the order of responsibility."""

    __tablename__ = "topic_organisation"
    topic_id: Mapped[str] = mapped_column(ForeignKey("topic.id", ondelete="CASCADE"), primary_key=True)
    record_id: Mapped[str] = mapped_column(ForeignKey("record.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int]


class LinkRow(Base):
    """A dated relation between two records."""

    __tablename__ = "link"
    id: Mapped[str] = mapped_column(ForeignKey("record.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), index=True)
    from_id: Mapped[str] = mapped_column(ForeignKey("record.id"), index=True)
    to_id: Mapped[str] = mapped_column(ForeignKey("record.id"), index=True)
    date: Mapped[str | None] = mapped_column(String(10), index=True)
    status: Mapped[str] = mapped_column(Text)


class NameRow(Base):
    """One way to call a record. `kind`: official, label (ours, where none is established), alias,
    description or transliteration."""

    __tablename__ = "name"
    __table_args__ = (UniqueConstraint("record_id", "language", "text"), Index("ix_name_folded", "folded"))
    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[str] = mapped_column(ForeignKey("record.id", ondelete="CASCADE"), index=True)
    language: Mapped[str] = mapped_column(String(2))
    kind: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)
    folded: Mapped[str] = mapped_column(Text)


class FactRow(Base):
    """One statement about one record. `variants`: ids of questions on which sources disagree."""

    __tablename__ = "fact"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    record_id: Mapped[str] = mapped_column(ForeignKey("record.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    as_of: Mapped[str | None] = mapped_column(String(10))
    source_id: Mapped[str] = mapped_column(ForeignKey("source.id"), index=True)
    confidence: Mapped[str] = mapped_column(String(16))
    variants: Mapped[list[str]] = mapped_column(JSON)


class FactTextRow(Base):
    """A fact's sentence in one language (`kind` text) or a way it is asked for (`kind` asked)."""

    __tablename__ = "fact_text"
    __table_args__ = (UniqueConstraint("fact_id", "language", "kind", "text"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    fact_id: Mapped[str] = mapped_column(ForeignKey("fact.id", ondelete="CASCADE"), index=True)
    language: Mapped[str] = mapped_column(String(2))
    kind: Mapped[str] = mapped_column(String(8))
    text: Mapped[str] = mapped_column(Text)


class DeskRow(Base):
    """A contact desk: a role, never a person. Ways to reach it come from configuration."""

    __tablename__ = "desk"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    position: Mapped[int]
    names: Mapped[dict[str, str]] = mapped_column(JSON)
    languages: Mapped[list[str]] = mapped_column(JSON)
    organisation_id: Mapped[str | None] = mapped_column(ForeignKey("record.id"))
    email: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    hours: Mapped[str | None] = mapped_column(Text)


class DeskTopicRow(Base):
    """Which record (topic, organisation or place) a desk answers for; the general desk answers for the rest."""

    __tablename__ = "desk_topic"
    desk_id: Mapped[str] = mapped_column(ForeignKey("desk.id", ondelete="CASCADE"), primary_key=True)
    record_id: Mapped[str] = mapped_column(ForeignKey("record.id", ondelete="CASCADE"), primary_key=True)


class RevisionRow(Base):
    """Counts changes of the knowledge, so that running processes notice them."""

    __tablename__ = "knowledge_revision"
    id: Mapped[int] = mapped_column(primary_key=True)
    revision: Mapped[int]
    checksum: Mapped[str] = mapped_column(String(64))


class FileRow(Base):
    """What the knowledge files said of a row when they were last loaded: tells their changes from those of staff."""

    __tablename__ = "knowledge_file_row"
    type: Mapped[str] = mapped_column(String(16), primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    position: Mapped[int]
    file: Mapped[str] = mapped_column(Text)
    fields: Mapped[dict[str, Any]] = mapped_column(JSON)


class ChangeRow(Base):
    """Who changed what when; rows are only ever added. `action`: added, changed, retired or kept (staff's value stood
    against a new one in the files). An empty `field` means the whole row."""

    __tablename__ = "knowledge_change"
    __table_args__ = (Index("ix_knowledge_change_row", "row_type", "row_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    by: Mapped[str] = mapped_column(String(120))
    origin: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(String(8))
    row_type: Mapped[str] = mapped_column(String(16))
    row_id: Mapped[str] = mapped_column(Id)
    field: Mapped[str] = mapped_column(String(40))
    old: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    new: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)


# The database itself refuses to alter what was written down.
APPEND_ONLY = {
    "sqlite": tuple(
        f"CREATE TRIGGER knowledge_change_no_{verb.lower()} BEFORE {verb} ON knowledge_change "
        "BEGIN SELECT RAISE(ABORT, 'knowledge_change is append only'); END"
        for verb in ("UPDATE", "DELETE")
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION knowledge_change_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'knowledge_change is append only'; END $$",
        "CREATE TRIGGER knowledge_change_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON knowledge_change "
        "FOR EACH STATEMENT EXECUTE FUNCTION knowledge_change_append_only()",
    ),
}
for _dialect, _statements in APPEND_ONLY.items():
    for _statement in _statements:
        event.listen(ChangeRow.__table__, "after_create", DDL(_statement).execute_if(dialect=_dialect))  # type: ignore[no-untyped-call]
