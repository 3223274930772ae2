"""Reading cases: one, lists, contact data, notes, the audit trail. What shows a visitor's data writes down who read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, func, insert, or_, select

from bot.handoff.conversations import Db
from bot.handoff.numbers import read_number
from bot.handoff.records import AuditEntry, Case, Contact, Note, State, UnknownCase
from bot.handoff.tables import OPEN_STATES, SEALED, handoff_audit, handoff_case, handoff_note
from bot.handoff.vault import Vault

_case = handoff_case.c
_SEALED = SEALED[handoff_case]
_COLUMNS = [
    *(column for column in handoff_case.columns if column.name not in (*_SEALED, "idem_key")),
    _case.email.is_not(None).label("has_email"),
]


def find_case(db: Db, number: str) -> Case | None:
    """The case of a number as somebody typed it; None also for what is no number."""
    read = read_number(number)
    row = db.execute(select(*_COLUMNS).where(_case.number == read)).first() if read else None
    return None if row is None else record(row)


def get_case(db: Db, number: str) -> Case:
    """The case of a number; raises UnknownCase."""
    found = find_case(db, number)
    if found is None:
        raise UnknownCase(number)
    return found


def open_case_of(db: Db, conversation: str) -> Case | None:
    """The one case of a conversation that is not closed."""
    mine = (_case.conversation == conversation, _case.state.in_(OPEN_STATES))
    row = db.execute(select(*_COLUMNS).where(*mine)).first()
    return None if row is None else record(row)


def cases_of(db: Db, conversation: str) -> list[Case]:
    """All cases of a conversation, oldest first."""
    rows = db.execute(select(*_COLUMNS).where(_case.conversation == conversation).order_by(_case.id))
    return [record(row) for row in rows]


def case_opened_by(db: Db, conversation: str, idem_key: str) -> Case | None:
    """The case that this key opened in this conversation, in whatever state."""
    mine = (_case.conversation == conversation, _case.idem_key == idem_key)
    row = db.execute(select(*_COLUMNS).where(*mine)).first()
    return None if row is None else record(row)


def list_cases(
    db: Db,
    *,
    states: Sequence[State] = ("waiting", "human"),
    desk: str | None = None,
    language: str | None = None,
    claimed_by: str | None = None,
    limit: int = 100,
) -> list[Case]:
    """Cases that fit all given filters: who waits for an answer first, the longest wait first, then the newest.

    A desk also sees what came to it as deputy.
    """
    query = select(*_COLUMNS).where(_case.state.in_(states))
    if desk:
        query = query.where(or_(_case.desk == desk, (_case.deputy == desk) & _case.escalated_at.is_not(None)))
    if language:
        query = query.where(_case.language == language)
    if claimed_by:
        query = query.where(_case.claimed_by == claimed_by)
    nobody_waits = _case.unanswered_since.is_(None)
    rows = db.execute(query.order_by(nobody_waits, _case.unanswered_since, _case.id.desc()).limit(limit))
    return [record(row) for row in rows]


def list_open_unanswered(db: Db, before: datetime) -> list[Case]:
    """Open cases whose visitor has waited at the same desk since before a time, not both reminded of and escalated."""
    unmarked = or_(_case.reminded_at.is_(None), _case.escalated_at.is_(None))
    waits = (_case.unanswered_since <= before, _case.desk_since <= before)
    rows = db.execute(select(*_COLUMNS).where(_case.state.in_(OPEN_STATES), *waits, unmarked).order_by(_case.id))
    return [record(row) for row in rows]


def count_cases(db: Db, *, desk: str | None = None) -> dict[str, int]:
    """How many cases are waiting and how many are with a person, as `waiting` and `human`."""
    query = select(_case.state, func.count()).where(_case.state.in_(OPEN_STATES)).group_by(_case.state)
    if desk:
        query = query.where(or_(_case.desk == desk, (_case.deputy == desk) & _case.escalated_at.is_not(None)))
    return dict.fromkeys(OPEN_STATES, 0) | {row[0]: row[1] for row in db.execute(query)}


def contact_of(session: Db, vault: Vault, number: str, by: str, *, at: datetime | None = None) -> Contact:
    """What the visitor told; writes down that `by` read it. Raises UnknownCase, CannotOpen."""
    case = get_case(session, number)
    write_audit(session, case.number, by, "read", {"what": "contact"}, at)
    row = session.execute(select(*(_case[name] for name in _SEALED)).where(_case.id == case.id)).one()
    return Contact(
        question=vault.open(row.question) or "",
        email=vault.open(row.email),
        name=vault.open(row.name),
        company=vault.open(row.company),
    )


def notes_of(session: Db, vault: Vault, number: str) -> list[Note]:
    """Internal notes, oldest first. Raises UnknownCase, CannotOpen."""
    case = get_case(session, number)
    rows = session.execute(
        select(handoff_note).where(handoff_note.c.case_id == case.id).order_by(handoff_note.c.id)
    )  # fmt: skip
    return [Note(row.id, utc(row.at), row.by, vault.open(row.text) or "") for row in rows]


def audit_of(db: Db, number: str) -> list[AuditEntry]:
    """Who did what to a case, oldest first; also when the case itself is erased."""
    own = select(handoff_audit).where(handoff_audit.c.number == number).order_by(handoff_audit.c.id)
    return [AuditEntry(utc(row.at), row.number, row.by, row.action, row.detail) for row in db.execute(own)]


def write_audit(
    db: Db, number: str, by: str, action: str, detail: Mapping[str, Any] | None = None, at: datetime | None = None
) -> None:
    """Add a line to the audit trail, in the caller's transaction; `detail` holds nothing a visitor said.

    For changes this module's neighbours do it; callers do it for what they alone know: sent, exported, transcript read.
    """
    row = {"at": at or datetime.now(UTC), "number": number, "by": by, "action": action, "detail": dict(detail or {})}
    db.execute(insert(handoff_audit).values(row))


def record(row: Row[Any]) -> Case:
    """A row of `_COLUMNS` as a record."""
    values: dict[str, Any] = {
        name: utc(value) if isinstance(value, datetime) else value for name, value in row._mapping.items()
    }
    return Case(**values | {"shown": tuple(row.shown), "has_email": bool(row.has_email)})


def utc(at: datetime) -> datetime:
    """SQLite gives times back without their zone; PostgreSQL in the server's."""
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
