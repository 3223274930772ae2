"""Loads the knowledge files into the database: all of it in one transaction, or nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pypinyin import lazy_pinyin
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from bot.common.text import fold
from bot.partners import tables as t
from bot.partners.files import Knowledge, LinkFile, Refusal, read_knowledge
from bot.settings import DeskContact
from bot.store import Store

ALL_TABLES = (
    t.DeskTopicRow, t.DeskRow, t.FactTextRow, t.FactRow, t.NameRow, t.LinkRow, t.TopicOrganisationRow,
    t.TopicRow, t.PlaceRow, t.OrganisationRow, t.RecordRow, t.SourceRow,
)  # fmt: skip


@dataclass(frozen=True)
class LoadReport:
    """What a load did: `changed` is false when the database already held just this."""

    changed: bool
    refused: tuple[Refusal, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)


def load(store: Store, folder: Path, contacts: Mapping[str, DeskContact] | None = None) -> LoadReport:
    """Put the files below `folder` and the configured `contacts` into the database.

    Any refused row refuses the whole load; the database then stays as it was.
    """
    contacts = contacts or {}
    knowledge = read_knowledge(folder)
    known_desks = {desk.id for desk in knowledge.desks}
    for desk_id in contacts:
        if desk_id not in known_desks:
            why = f"no such desk; desks are {', '.join(sorted(known_desks))}"
            knowledge.refused.append(Refusal("DESK_CONTACTS", desk_id, why))
    if knowledge.refused:
        return LoadReport(changed=False, refused=tuple(knowledge.refused))
    configured = json.dumps({k: v.model_dump() for k, v in contacts.items()}, sort_keys=True)
    checksum = hashlib.sha256((knowledge.checksum + configured).encode()).hexdigest()
    with store.session() as session:
        current = session.scalar(select(t.RevisionRow))
        counts = _counts(knowledge)
        if current is not None and current.checksum == checksum:
            return LoadReport(changed=False, counts=counts)
        for table in ALL_TABLES:
            session.execute(delete(table))
        _insert(session, knowledge, contacts)
        if current is None:
            session.add(t.RevisionRow(id=1, revision=1, checksum=checksum))
        else:
            current.revision += 1
            current.checksum = checksum
    return LoadReport(changed=True, counts=counts)


def _counts(knowledge: Knowledge) -> dict[str, int]:
    return {
        "sources": len(knowledge.sources),
        "organisations": len(knowledge.organisations),
        "places": len(knowledge.places),
        "topics": len(knowledge.topics),
        "links": len(knowledge.links),
        "facts": sum(len(record.facts) for record in knowledge.records),
        "desks": len(knowledge.desks),
    }


def _bulk(session: Session, table: type, rows: Iterable[dict[str, object]]) -> None:
    values = list(rows)
    if values:
        session.execute(insert(table), values)


def _insert(session: Session, k: Knowledge, contacts: Mapping[str, DeskContact]) -> None:
    _bulk(session, t.SourceRow, (s.model_dump() for s in k.sources))
    types = [(k.organisations, "organisation"), (k.places, "place"), (k.topics, "topic"), (k.links, "link")]
    position = 0
    records: list[dict[str, object]] = []
    for group, type_ in types:
        for record in group:  # type: ignore[attr-defined]
            records.append({"id": record.id, "type": type_, "position": position})
            position += 1
    _bulk(session, t.RecordRow, records)
    shared = {"id", "kind", "role", "city", "country", "website", "sectors"}
    _bulk(session, t.OrganisationRow, (o.model_dump(include=shared | {"part", "address"}) for o in k.organisations))
    _bulk(session, t.PlaceRow, (p.model_dump(include=shared) for p in k.places))
    _bulk(session, t.TopicRow, ({"id": topic.id} for topic in k.topics))
    _bulk(
        session,
        t.TopicOrganisationRow,
        (
            {"topic_id": topic.id, "record_id": record_id, "position": n}
            for topic in k.topics
            for n, record_id in enumerate(topic.organisations)
        ),
    )
    _bulk(
        session,
        t.LinkRow,
        (
            {"id": x.id, "kind": x.kind, "from_id": x.from_, "to_id": x.to, "date": x.date, "status": x.status}
            for x in k.links
        ),
    )
    _bulk(session, t.NameRow, _names(k))
    facts = [(record.id, n, fact) for record in k.records for n, fact in enumerate(record.facts)]
    _bulk(
        session,
        t.FactRow,
        (
            {
                "id": fact.id, "record_id": record_id, "position": n, "as_of": fact.as_of,
                "source_id": fact.source, "confidence": fact.confidence, "variants": fact.variants,
            }
            for record_id, n, fact in facts
        ),
    )  # fmt: skip
    _bulk(
        session,
        t.FactTextRow,
        (
            {"fact_id": fact.id, "language": language, "kind": kind, "text": text}
            for _, _, fact in facts
            for kind, texts in (("text", {la: [tx] for la, tx in fact.text.items()}), ("asked", fact.asked))
            for language, many in texts.items()
            for text in dict.fromkeys(many)
        ),
    )
    _bulk(
        session,
        t.DeskRow,
        (
            {
                "id": d.id, "position": n, "names": d.names, "languages": d.languages,
                "organisation_id": d.organisation, **contacts.get(d.id, DeskContact()).model_dump(),
            }
            for n, d in enumerate(k.desks)
        ),
    )  # fmt: skip
    _bulk(
        session,
        t.DeskTopicRow,
        ({"desk_id": d.id, "record_id": record_id} for d in k.desks for record_id in dict.fromkeys(d.answers_for)),
    )


def _names(k: Knowledge) -> Iterable[dict[str, object]]:
    """Every way to call a record; Chinese names also in pinyin, written together and apart."""
    for record in k.records:
        if isinstance(record, LinkFile):
            continue
        seen: set[tuple[str, str]] = set()
        ways: list[tuple[str, str, str]] = [(la, "official", text) for la, text in record.names.items()]
        ways += [(la, "label", text) for la, text in record.labels.items()]
        ways += [(la, "alias", text) for la, many in record.aliases.items() for text in many]
        ways += [(la, "description", text) for la, many in record.descriptions.items() for text in many]
        for language, kind, text in list(ways):
            if language == "zh" and kind in ("official", "alias"):
                syllables = lazy_pinyin(text)
                ways += [("zh", "transliteration", " ".join(syllables)), ("zh", "transliteration", "".join(syllables))]
        for language, kind, text in ways:
            if (language, text) in seen:
                continue
            seen.add((language, text))
            yield {"record_id": record.id, "language": language, "kind": kind, "text": text, "folded": fold(text)}
