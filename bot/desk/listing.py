"""The list of cases as one person may see it: filters, search, order, and how long visitors have waited."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, Select, func, select

from bot.desk import labels, rights
from bot.desk.accounts import Account
from bot.desk.labels import People
from bot.handoff.conversations import Db
from bot.handoff.hours import business_time
from bot.handoff.numbers import read_number
from bot.handoff.reading import record
from bot.handoff.records import Case
from bot.handoff.routing import HandoffData
from bot.handoff.tables import OPEN_STATES, SEALED, handoff_case, handoff_note
from bot.handoff.vault import CannotOpen, Vault
from bot.replies.problems import LANGUAGES

View = Literal["mine", "desks", "all"]
VIEWS: tuple[View, ...] = ("mine", "desks", "all")
STATES: dict[str, tuple[str, ...]] = {
    "open": OPEN_STATES, "waiting": ("waiting",), "human": ("human",), "closed": ("closed",),
}  # fmt: skip
ORDERS = ("newest", "longest")
MOST = 200  # lines
MOST_SEARCHED = 400  # cases whose notes one search opens

_case = handoff_case.c
COLUMNS = [
    *(column for column in handoff_case.columns if column.name not in (*SEALED[handoff_case], "idem_key")),
    _case.email.is_not(None).label("has_email"),
]


@dataclass(frozen=True)
class Filters:
    """What the list shows; empty texts filter nothing."""

    view: View = "desks"
    state: str = "open"
    language: str = ""
    desk: str = ""
    search: str = ""
    order: str = "newest"

    @classmethod
    def of(cls, query: dict[str, str]) -> Filters:
        """From a query string; what nobody offered is as if it were not there."""
        view, state, order = query.get("view"), query.get("state"), query.get("order")
        language = query.get("language", "")
        return cls(
            next((one for one in VIEWS if one == view), "desks"),
            state if state in STATES else "open",
            language if language in LANGUAGES else "",
            query.get("desk", "")[:80],
            " ".join(query.get("search", "").split())[:100],
            order if order in ORDERS else "newest",
        )

    def query(self, **changes: str) -> str:
        """The query string that leads here, with changes; defaults are left out."""
        values = vars(self) | changes
        return urlencode({key: value for key, value in values.items() if value and value != getattr(Filters, key)})


@dataclass(frozen=True)
class Line:
    """One case in the list. `waits` are business minutes since the visitor waits, None while nobody does."""

    case: Case
    topic: str
    desk: str
    holder: str
    mine: bool
    waits: timedelta | None
    late: bool


@dataclass(frozen=True)
class Listing:
    """The lines that fit, and whether there are more."""

    lines: tuple[Line, ...]
    more: bool


def list_for(
    db: Db, account: Account, filters: Filters, data: HandoffData, vault: Vault, *, language: str, now: datetime
) -> Listing:
    """The cases this person may see that fit the filters."""
    people = labels.people(db)
    query = _ordered(select(*COLUMNS).where(*_conditions(account, people, filters)), filters)
    if filters.search:
        found = [record(row) for row in db.execute(query.limit(MOST_SEARCHED))]
        found = _search(db, vault, found, filters.search)
    else:
        found = [record(row) for row in db.execute(query.limit(MOST + 1))]
    desk_names = {desk.id: desk.name(language) for desk in labels.desks(db)}
    topics = labels.record_names(db, [case.topic for case in found if case.topic], language)
    lines = tuple(
        Line(
            case,
            topics.get(case.topic or "", case.topic or ""),
            desk_names.get(case.desk, case.desk),
            people.name(case.claimed_by) if case.claimed_by else "",
            case.claimed_by == account.login,
            waits := waiting_time(data, case, now),
            waits is not None and waits >= timedelta(minutes=data.routing.remind_after),
        )
        for case in found[:MOST]
    )
    return Listing(lines, len(found) > MOST)


def count_waiting(db: Db, account: Account) -> int:
    """How many cases at this person's desks nobody has taken yet: the number in the title."""
    staffed = labels.people(db).staffed
    query = select(func.count()).select_from(handoff_case)
    return db.scalar(query.where(_case.state == "waiting", rights.at_own_desks(account, staffed))) or 0


def waiting_time(data: HandoffData, case: Case, now: datetime) -> timedelta | None:
    """How long the desk's office was open since the visitor waits; None when nobody waits."""
    if case.unanswered_since is None:
        return None
    return business_time(data.office_of(case.desk), case.unanswered_since, now)


def _conditions(account: Account, people: People, filters: Filters) -> list[ColumnElement[bool]]:
    scope = {
        "mine": rights.own(account),
        "desks": rights.at_own_desks(account, people.staffed),
        "all": rights.visible(account, people.staffed),
    }[filters.view]
    conditions = [scope, _case.state.in_(STATES[filters.state])]
    if filters.language:
        conditions.append(_case.language == filters.language)
    if filters.desk:
        conditions.append(_case.desk == filters.desk)
    return conditions


def _ordered(query: Select[Any], filters: Filters) -> Select[Any]:
    """Who waits for an answer first; of these as wished. Closed cases as they were closed, the last first."""
    if filters.state == "closed":
        return query.order_by(_case.closed_at.desc(), _case.id.desc())
    since = _case.unanswered_since
    by_wait = since.asc() if filters.order == "longest" else since.desc()
    return query.order_by(since.is_(None), by_wait, _case.id.desc())


def _search(db: Db, vault: Vault, cases: Sequence[Case], text: str) -> list[Case]:
    """The case of that number, else those whose notes hold all the words; notes are opened in memory only."""
    number = read_number(text)
    by_number = [case for case in cases if case.number == number]
    if by_number:
        return by_number
    notes: defaultdict[int, list[str]] = defaultdict(list)
    query = select(handoff_note.c.case_id, handoff_note.c.text)
    for row in db.execute(query.where(handoff_note.c.case_id.in_([case.id for case in cases]))):
        with suppress(CannotOpen):
            notes[row.case_id].append((vault.open(row.text) or "").casefold())
    words = text.casefold().split()
    return [case for case in cases if case.id in notes and all(word in " ".join(notes[case.id]) for word in words)]
