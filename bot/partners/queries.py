"""Named questions to the partner database; each takes a session and returns frozen records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.partners import tables as t
from bot.partners.records import Desk, Fact, Name, Record, Source


def revision(session: Session) -> int:
    """The count of changes so far; 0 before the first load."""
    return session.scalar(select(t.RevisionRow.revision)) or 0


def organisations(
    session: Session,
    *,
    city: str | None = None,
    country: str | None = None,
    kinds: Sequence[str] = (),
    parts: Sequence[str] = (),
    topic: str | None = None,
    language: str | None = None,
) -> tuple[Record, ...]:
    """Organisations that fit all given filters, in the order of the files.

    `city` and `country` are English names as stored; `parts` are centre, carrier, partner, network or other;
    `language` keeps those whose contact desk speaks it.
    """
    query = select(t.OrganisationRow.id)
    if city:
        query = query.where(t.OrganisationRow.city == city)
    if country:
        query = query.where(t.OrganisationRow.country == country)
    if kinds:
        query = query.where(t.OrganisationRow.kind.in_(kinds))
    if parts:
        query = query.where(t.OrganisationRow.part.in_(parts))
    if topic:
        members = select(t.TopicOrganisationRow.record_id).where(t.TopicOrganisationRow.topic_id == topic)
        query = query.where(t.OrganisationRow.id.in_(members))
    ids = set(session.scalars(query))
    if language:
        speaking = {desk.organisation_id for desk in session.scalars(select(t.DeskRow)) if language in desk.languages}
        ids &= speaking
    return tuple(record for record in records(session, ids))


def links(
    session: Session,
    *,
    record_ids: Sequence[str] = (),
    kinds: Sequence[str] = (),
    since: str | None = None,
    until: str | None = None,
) -> tuple[Record, ...]:
    """Links that touch any of `record_ids` (all when empty), by kind and date (YYYY[-MM[-DD]]), oldest first."""
    query = select(t.LinkRow.id)
    if record_ids:
        query = query.where(or_(t.LinkRow.from_id.in_(record_ids), t.LinkRow.to_id.in_(record_ids)))
    if kinds:
        query = query.where(t.LinkRow.kind.in_(kinds))
    if since:
        query = query.where(t.LinkRow.date >= since)
    if until:
        query = query.where(t.LinkRow.date <= until + "~")  # "~" sorts after "-", so 2019 includes 2019-12-19
    found = records(session, set(session.scalars(query)))
    return tuple(sorted(found, key=lambda link: (link.date is None, link.date or "", link.position)))


def desks(session: Session) -> tuple[Desk, ...]:
    """All contact desks; the first is the general one."""
    answers_for: dict[str, list[str]] = defaultdict(list)
    for row in session.scalars(select(t.DeskTopicRow).order_by(t.DeskTopicRow.record_id)):
        answers_for[row.desk_id].append(row.record_id)
    return tuple(
        Desk(
            row.id, row.names, tuple(row.languages), row.organisation_id, tuple(answers_for[row.id]),
            row.email, row.phone, row.url, row.hours,
        )
        for row in session.scalars(select(t.DeskRow).order_by(t.DeskRow.position))
    )  # fmt: skip


def responsible_desks(session: Session, record_ids: Sequence[str], language: str | None = None) -> tuple[Desk, ...]:
    """Desks that answer for any of the records, those speaking `language` first; the general desk when none does."""
    every = desks(session)
    found = [desk for desk in every if set(record_ids) & set(desk.answers_for)]
    return tuple(sorted(found, key=lambda desk: language not in desk.languages)) if found else every[:1]


def records(session: Session, ids: Iterable[str] | None = None) -> tuple[Record, ...]:
    """Records by id (all when None) in the order of the files."""
    wanted = None if ids is None else set(ids)

    def pick(table: type[t.RecordRow | t.OrganisationRow | t.PlaceRow | t.LinkRow]) -> dict[str, Any]:
        # Plain rows: thirty thousand objects that the session watches take seconds.
        query = select(*table.__table__.columns)
        if wanted is not None:
            query = query.where(table.id.in_(wanted))
        return {row.id: row for row in session.execute(query)}

    roles: dict[tuple[tuple[str, str], ...], dict[str, str]] = {}

    def shared(role: dict[str, str]) -> dict[str, str]:
        return roles.setdefault(tuple(role.items()), role)

    base = sorted(pick(t.RecordRow).values(), key=lambda row: row.position)
    organisations_, places, links_ = pick(t.OrganisationRow), pick(t.PlaceRow), pick(t.LinkRow)
    members: dict[str, list[str]] = defaultdict(list)
    for member in session.scalars(select(t.TopicOrganisationRow).order_by(t.TopicOrganisationRow.position)):
        members[member.topic_id].append(member.record_id)
    names: dict[str, dict[str, str]] = defaultdict(dict)
    named = select(t.NameRow.record_id, t.NameRow.language, t.NameRow.text)
    for record_id, language, text in session.execute(named.where(t.NameRow.kind.in_(("official", "label")))):
        names[record_id][language] = text
    result = []
    for row in base:
        id_ = row.id
        common: Any = {"id": id_, "type": row.type, "position": row.position, "names": names[id_]}
        if row.type == "organisation":
            o = organisations_[id_]
            record = Record(
                **common, kind=o.kind, part=o.part, role=shared(o.role), city=o.city, country=o.country,
                website=o.website, address=o.address, sectors=tuple(o.sectors),
            )  # fmt: skip
        elif row.type == "place":
            p = places[id_]
            record = Record(
                **common, kind=p.kind, role=shared(p.role), city=p.city, country=p.country,
                website=p.website, sectors=tuple(p.sectors),
            )  # fmt: skip
        elif row.type == "link":
            link = links_[id_]
            record = Record(
                **common, kind=link.kind, from_id=link.from_id, to_id=link.to_id, date=link.date, status=link.status
            )
        else:
            record = Record(**common, organisations=tuple(members[id_]))
        result.append(record)
    return tuple(result)


def names(session: Session) -> tuple[Name, ...]:
    """Every way to call every record."""
    return tuple(
        Name(row.record_id, row.language, row.kind, row.text, row.folded)
        for row in session.scalars(select(t.NameRow).order_by(t.NameRow.id))
    )


def names_of(session: Session, record_ids: Sequence[str]) -> tuple[Name, ...]:
    """Every way to call these records."""
    query = select(t.NameRow).where(t.NameRow.record_id.in_(record_ids)).order_by(t.NameRow.id)
    return tuple(Name(row.record_id, row.language, row.kind, row.text, row.folded) for row in session.scalars(query))


def facts(session: Session, ids: Collection[str] | None = None) -> tuple[Fact, ...]:
    """Facts (all when None) with source, sentences and the ways they are asked for, in the order of the files."""
    sources = {
        row.id: Source(row.id, row.url, row.publisher, row.title, row.published, row.language)
        for row in session.scalars(select(t.SourceRow))
    }
    texts: dict[str, dict[str, str]] = defaultdict(dict)
    asked: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    every_text = select(t.FactTextRow).order_by(t.FactTextRow.id)
    query = select(t.FactRow).join(t.RecordRow, t.RecordRow.id == t.FactRow.record_id)
    if ids is not None:
        every_text = every_text.where(t.FactTextRow.fact_id.in_(ids))
        query = query.where(t.FactRow.id.in_(ids))
    for text in session.scalars(every_text):
        if text.kind == "text":
            texts[text.fact_id][text.language] = text.text
        else:
            asked[text.fact_id][text.language].append(text.text)
    return tuple(
        Fact(
            id=row.id,
            record_id=row.record_id,
            text=texts[row.id],
            as_of=row.as_of,
            source=sources[row.source_id],
            confidence=row.confidence,
            variants=tuple(row.variants),
            asked={language: tuple(many) for language, many in asked[row.id].items()},
        )
        for row in session.scalars(query.order_by(t.RecordRow.position, t.FactRow.position))
    )
