"""One case as its page shows it; opening the page writes down who read what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.desk import labels, rights
from bot.desk.accounts import Account
from bot.desk.labels import People
from bot.desk.listing import waiting_time
from bot.handoff.conversations import Db
from bot.handoff.ratings import Rating, rating_of
from bot.handoff.reading import audit_of, contact_of, find_case, notes_of, write_audit
from bot.handoff.records import AuditEntry, Case, Contact, Note
from bot.handoff.routing import HandoffData
from bot.handoff.summary import Summary, summarise
from bot.handoff.vault import CannotOpen, Vault
from bot.partners.records import Desk

if TYPE_CHECKING:
    from bot.gateway.history import Message


@dataclass(frozen=True)
class Head:
    """What changes while somebody looks: state, holder, desk, waiting time."""

    case: Case
    desk: str
    holder: str
    mine: bool
    waits: timedelta | None
    late: bool


@dataclass(frozen=True)
class CasePage:
    """Everything on the page but the conversation. `contact` is None when no key opens it."""

    head: Head
    contact: Contact | None
    notes: tuple[Note, ...] | None
    rating: Rating | None
    audit: tuple[AuditEntry, ...]
    topic: str
    people: People
    desks: tuple[Desk, ...]


def head_of(db: Db, account: Account, number: str, data: HandoffData, *, language: str, now: datetime) -> Head | None:
    """The head of a case; None when there is none, or none for this person."""
    case = visible_case(db, account, number)
    if case is None:
        return None
    desk = next((one.name(language) for one in labels.desks(db) if one.id == case.desk), case.desk)
    return _head(case, account, labels.people(db), desk, data, now)


def visible_case(db: Db, account: Account, number: str) -> Case | None:
    """A case that this person may see."""
    case = find_case(db, number)
    if case is None or not rights.may_see(account, case, labels.people(db).staffed):
        return None
    return case


def open_page(
    db: Db, account: Account, number: str, data: HandoffData, vault: Vault, *, language: str, now: datetime
) -> CasePage | None:
    """The page, with contact data and conversation marked as read by this person; None as for `head_of`.

    For a transaction that may write.
    """
    case = visible_case(db, account, number)
    if case is None:
        return None
    people, desks = labels.people(db), labels.desks(db)
    try:
        contact: Contact | None = contact_of(db, vault, case.number, account.login, at=now)
        notes: tuple[Note, ...] | None = tuple(notes_of(db, vault, case.number))
        rating = rating_of(db, vault, case.number)
    except CannotOpen:
        contact, notes, rating = None, None, None
    write_audit(db, case.number, account.login, "read", {"what": "transcript"}, now)
    topic = labels.record_names(db, [case.topic], language).get(case.topic, case.topic) if case.topic else ""
    desk = next((one.name(language) for one in desks if one.id == case.desk), case.desk)
    head = _head(case, account, people, desk, data, now)
    return CasePage(head, contact, notes, rating, tuple(audit_of(db, case.number)), topic, people, desks)


def summary_of(db: Db, case: Case, messages: Sequence[Message]) -> tuple[Summary, Mapping[str, Mapping[str, str]]]:
    """The summary by rules up to the hand-off, and id -> names by language of what it mentions."""
    until = next((place for place, m in enumerate(messages) if m.id == case.transcript_until), None)
    before = messages if until is None else messages[: until + 1]
    organisations = labels.organisations_among(db, case.shown)
    summary = summarise(
        before, fallback_language=case.language, topic=case.topic, shown=case.shown, organisations=organisations
    )
    names = {code: labels.record_names(db, summary.organisations, code) for code in ("de", "en")}
    return summary, names


def _head(case: Case, account: Account, people: People, desk: str, data: HandoffData, now: datetime) -> Head:
    waits = waiting_time(data, case, now)
    late = waits is not None and waits >= timedelta(minutes=data.routing.remind_after)
    holder = people.name(case.claimed_by) if case.claimed_by else ""
    return Head(case, desk, holder, case.claimed_by == account.login and case.state == "human", waits, late)
