"""Which desk a question belongs to."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.partners.knowledge import Snapshot
from bot.partners.records import CENTRE, Desk, Fact, Record
from bot.partners.turn import Context, Turn

ADDRESS = "address"
TWIN_CITIES = "herne-luzhou-twin-city"
ASKS_WHOM = frozenset({"who", "which", "contact_point", "contacts", "responsible", "services_help", "how"})
ADDRESS_NEARNESS = 0.5


@dataclass(frozen=True)
class Found:
    """Desks that answer for what was asked (the general one when nothing fits) and the record asked about."""

    desks: tuple[Desk, ...]
    general: Desk | None
    record: Record | None
    facts: tuple[Fact, ...]
    context: Context


def find_desks(turn: Turn, snapshot: Snapshot, *, wants_person: bool = False) -> Found:
    """Desk by what the question names, else by what its best fact is about, else by the conversation's subject."""
    turn = replace(turn, context=turn.context.within(snapshot.records))
    asked = snapshot.ranking.ask(turn.text)
    named = [turn.record] if turn.record else [i for m in asked.mentions for i in m.record_ids if i != CENTRE]
    named = sorted(named, key=lambda i: snapshot.records[i].type != "topic" if i in snapshot.records else True)
    subject = (
        tuple(i for i in named if i in snapshot.records)
        or (() if wants_person else _topic_of(turn, snapshot))
        or turn.context.subject
    )
    general = snapshot.desks[0] if snapshot.desks else None
    chosen = next((desks for i in subject if (desks := _desks_for(i, turn.language, snapshot))), ())
    record = snapshot.records[subject[0]] if subject else None
    context = replace(turn.context, subject=subject[:3] or turn.context.subject, question=turn.text)
    facts = () if wants_person else _address(turn, snapshot)
    return Found(chosen or ((general,) if general else ()), general, record, facts, context)


def _address(turn: Turn, snapshot: Snapshot) -> tuple[Fact, ...]:
    """The fact that gives the address asked for, if there is one."""
    asked = snapshot.ranking.ask(turn.text)
    if ADDRESS not in asked.concepts or turn.record:
        return ()
    context = () if asked.mentions else turn.context.subject
    best = snapshot.ranking.rank(asked, turn.language, context)[0]
    return (
        (best.fact,) if ADDRESS in snapshot.ranking.concepts_of(best.fact) and best.nearness >= ADDRESS_NEARNESS else ()
    )


def _desks_for(record_id: str, language: str, snapshot: Snapshot) -> tuple[Desk, ...]:
    record = snapshot.records[record_id]
    ids = {record_id, record.from_id, record.to_id} if record.type == "link" else {record_id}
    found = [desk for desk in snapshot.desks if ids & set(desk.answers_for)]
    return tuple(sorted(found, key=lambda desk: language not in desk.languages))


def _topic_of(turn: Turn, snapshot: Snapshot) -> tuple[str, ...]:
    """The record of the fact nearest to the question's content, if it has any content beside "whom do I ask"."""
    asked = snapshot.ranking.ask(turn.text)
    words, han_runs = snapshot.vocabulary.content(asked.masked)
    empty = len(words) + sum(map(len, han_runs)) < 2 or not asked.concepts - ASKS_WHOM
    if empty:
        return ()
    best = snapshot.ranking.rank(asked, turn.language)[0]
    return (best.fact.record_id,) if best.covered >= 0.5 and best.score > 3 else ()
