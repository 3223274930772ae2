"""Visitors who wait too long: the desk is reminded, then its deputy asked, by the clock of the desk's office."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from bot.handoff import conversations
from bot.handoff.conversations import Db
from bot.handoff.hours import add_business_minutes, business_time
from bot.handoff.notices import notify_desk
from bot.handoff.reading import list_open_unanswered, write_audit
from bot.handoff.records import Case, Due
from bot.handoff.routing import HandoffData
from bot.handoff.tables import OPEN_STATES, handoff_case
from bot.partners.records import Desk

CLOCK = "clock"


def due(session: Db, data: HandoffData, now: datetime) -> list[Due]:
    """Cases whose reminder or escalation is due at `now` and not yet marked, the longest due first.

    Worked out anew each time, so a day that is declared closed later counts too. When both are due, it is the
    escalation.
    """
    found = [d for case in list_open_unanswered(session, _shortest_wait(data, now)) if (d := _due(case, data, now))]
    return sorted(found, key=lambda d: d.at)


def remind(session: Session, data: HandoffData, desks: Sequence[Desk], item: Due, now: datetime) -> bool:
    """Mark it and put the mail into the outbox; False when that was done already, or the visitor waits no longer."""
    case, escalates = item.case, item.kind == "escalation"
    conversations.hold_of_case(session, case.number)
    column = handoff_case.c.escalated_at if escalates else handoff_case.c.reminded_at
    values = {"reminded_at": func.coalesce(handoff_case.c.reminded_at, now)} | (
        {"escalated_at": now} if escalates else {}
    )
    still = (
        handoff_case.c.id == case.id,
        handoff_case.c.state.in_(OPEN_STATES),
        handoff_case.c.unanswered_since == case.unanswered_since,
        handoff_case.c.desk_since == case.desk_since,
        column.is_(None),
    )
    marked = session.execute(update(handoff_case).where(*still).values(**values).returning(handoff_case.c.id))
    if marked.first() is None:
        return False
    since = _since(case)
    desk = case.deputy if escalates and case.deputy else case.desk
    write_audit(session, case.number, CLOCK, "escalated" if escalates else "reminded", {"desk": desk}, now)
    notify_desk(
        session,
        case,
        desks,
        key=f"{item.kind}:{since:%Y%m%dT%H%M%S}",
        desk=desk,
        substitutes=[data.routing.default],
        template=item.kind,
        hours=int(business_time(data.office_of(case.desk), since, now) / timedelta(hours=1)),
    )
    return True


def _due(case: Case, data: HandoffData, now: datetime) -> Due | None:
    office, since = data.office_of(case.desk), _since(case)
    if case.deputy and case.escalated_at is None:
        at = add_business_minutes(office, since, data.routing.escalate_after)
        if at is not None and at <= now:
            return Due(case, "escalation", at)
    if case.reminded_at is None:
        at = add_business_minutes(office, since, data.routing.remind_after)
        if at is not None and at <= now:
            return Due(case, "reminder", at)
    return None


def _since(case: Case) -> datetime:
    """From when on the desk can have kept the visitor waiting."""
    return max(case.unanswered_since or case.opened_at, case.desk_since)


def _shortest_wait(data: HandoffData, now: datetime) -> datetime:
    """Business minutes are never fewer than minutes: what is younger than this cannot be due."""
    return now.astimezone(UTC) - timedelta(minutes=data.routing.remind_after)
