"""Tables of the partner database; rows never leave this package, records do (see records.py)."""

from __future__ import annotations

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
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
