"""What the pictures of `/explore` show, read from the partner database: dated links of two towns, and who is linked how."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from bot.partners import queries
from bot.partners.records import CENTRE, Fact, Record, by_confidence
from bot.partners.vocabulary import Vocabulary, read_vocabulary
from bot.replies.explore_card import between_the_towns

SIDES = ("Germany", "China")
BEHIND, WITH = "carrier", "partner"  # parts that link an organisation to the Centre


@dataclass(frozen=True)
class Tie:
    """Two records and what links them: the kind of a link record, or the part that one plays for the Centre."""

    from_id: str
    to_id: str
    kind: str
    date: str | None
    fact: Fact | None


@dataclass(frozen=True)
class Picture:
    """One revision of what is shown."""

    revision: int
    records: dict[str, Record]
    first_facts: dict[str, Fact]
    timeline: tuple[Record, ...]
    ties: tuple[Tie, ...]
    nodes: tuple[Record, ...]
    aliases: Mapping[tuple[str, str], tuple[str, ...]]  # of nodes, by id and language, in the order of the files
    vocabulary: Vocabulary


def read_picture(db: Connection, folder: Path, before: Picture | None) -> Picture:
    """The picture as it is now; the one before if nothing has changed."""
    session = Session(db)
    revision = queries.revision(session)
    if before and before.revision == revision:
        return before
    records = {record.id: record for record in queries.records(session)}
    facts_of: dict[str, list[Fact]] = defaultdict(list)
    for fact in queries.facts(session):
        facts_of[fact.record_id].append(fact)
    first = {record_id: min(facts, key=by_confidence) for record_id, facts in facts_of.items()}
    links = [record for record in records.values() if record.type == "link" and record.from_id and record.to_id]
    ties = _ties(records, links, first)
    nodes = _nodes(records, ties)
    shown = {node.id for node in nodes}
    return Picture(
        revision,
        records,
        first,
        tuple(sorted((link for link in links if between_the_towns(link)), key=lambda link: link.date or "")),
        tuple(tie for tie in ties if {tie.from_id, tie.to_id} <= shown),
        nodes,
        _aliases(session, shown),
        read_vocabulary(folder),
    )


def _aliases(session: Session, shown: Iterable[str]) -> dict[tuple[str, str], tuple[str, ...]]:
    found: dict[tuple[str, str], tuple[str, ...]] = defaultdict(tuple)
    for name in queries.names_of(session, tuple(shown)):
        if name.kind == "alias":
            found[name.record_id, name.language] += (name.text,)
    return dict(found)


def _ties(records: dict[str, Record], links: list[Record], first: dict[str, Fact]) -> list[Tie]:
    found = [
        Tie(record.id, CENTRE, record.part, None, first.get(record.id))
        for record in records.values()
        if record.type == "organisation" and record.part in (BEHIND, WITH)
    ]
    lasting = [link for link in links if not (between_the_towns(link) and link.kind != "twin_city")]
    told = {(tie.from_id, tie.to_id) for tie in found}
    for link in lasting:
        if (link.from_id, link.to_id) not in told:
            found.append(Tie(str(link.from_id), str(link.to_id), link.kind, link.date, first.get(link.id)))
    return found


def _nodes(records: dict[str, Record], ties: list[Tie]) -> tuple[Record, ...]:
    """Organisations of both countries, and places of them with a link to the other."""
    ends = [(records[tie.from_id], records[tie.to_id]) for tie in ties if tie.to_id in records]
    tied = {end.id for pair in ends if pair[0].country != pair[1].country for end in pair}
    return tuple(
        record
        for record in records.values()
        if record.country in SIDES and (record.type == "organisation" or (record.type == "place" and record.id in tied))
    )
