"""What happens to a case after it was opened. Each change is one transaction with its line in the audit trail.

Staff change what they hold, or what nobody holds; `force` is for those who may do more. `version` is that of the case
as it was shown to whoever changes it. Call these first in their transaction. Refusals are in `bot.handoff.records`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, insert, update
from sqlalchemy.orm import Session

from bot.handoff import conversations
from bot.handoff.adapters import links
from bot.handoff.conversations import Db
from bot.handoff.notices import notify_desk
from bot.handoff.reading import get_case, open_case_of, write_audit
from bot.handoff.records import Case, Changed, CloseReason, ConversationState, State, Taken
from bot.handoff.routing import HandoffData
from bot.handoff.tables import OPEN_STATES, handoff_case, handoff_note
from bot.handoff.vault import Vault
from bot.partners.records import Desk

VISITOR = "visitor"
OPEN: tuple[State, ...] = ("waiting", "human")


def claim(session: Db, number: str, by: str, *, version: int | None = None, at: datetime | None = None) -> Case:
    """Take a waiting case: from now on the visitor is with this person. Whoever holds it already keeps it.

    Raises Taken when a colleague was faster, Changed when it is closed, UnknownCase.
    """
    now = _now(at)
    conversations.hold_of_case(session, number)
    case = get_case(session, number)
    if case.state == "human" and case.claimed_by == by:
        return case
    return _give(session, case, by, by, "claimed", now, version=version)


def hand_to_colleague(
    session: Db,
    number: str,
    by: str,
    to: str,
    *,
    version: int | None = None,
    force: bool = False,
    at: datetime | None = None,
) -> Case:
    """Give a case to another person, who holds it at once. Raises Taken, Changed, UnknownCase."""
    now = _now(at)
    conversations.hold_of_case(session, number)
    case = get_case(session, number)
    return _give(session, case, by, to, "handed_over", now, {"to": to}, version=version, force=force)


def hand_to_desk(
    session: Session,
    data: HandoffData,
    desks: Sequence[Desk],
    number: str,
    by: str,
    desk: str,
    *,
    version: int | None = None,
    force: bool = False,
    at: datetime | None = None,
) -> Case:
    """Put a case back to wait at a desk, the same or another, which is told by mail. Raises Taken, Changed, UnknownCase."""
    now = _now(at)
    conversations.hold_of_case(session, number)
    case = get_case(session, number)
    deputy = data.deputy_of(desk)
    values = {
        "state": "waiting", "claimed_by": None, "claimed_at": None, "desk": desk, "deputy": deputy, "desk_since": now,
        "unanswered_since": func.coalesce(handoff_case.c.unanswered_since, now), "reminded_at": None, "escalated_at": None,
    }  # fmt: skip
    detail = {"from_desk": case.desk, "to_desk": desk}
    case = _change(session, case, by, "handed_over", values, now, detail, version=version, force=force)
    conversations.set_state(session, case.conversation, "waiting")
    substitutes = [i for i in (deputy, data.routing.default) if i]
    notify_desk(session, case, desks, key=f"desk:{case.version}", desk=desk, substitutes=substitutes)
    return case


def add_note(session: Db, vault: Vault, number: str, by: str, text: str, *, at: datetime | None = None) -> int:
    """An internal note, by anybody of the staff and in any state; its id. Raises UnknownCase."""
    now = _now(at)
    conversations.hold_of_case(session, number)
    case = get_case(session, number)
    row = {"case_id": case.id, "at": now, "by": by, "text": vault.seal(text)}
    note = session.execute(insert(handoff_note).values(row).returning(handoff_note.c.id)).scalar_one()
    write_audit(session, case.number, by, "noted", {"note": note}, now)
    return int(note)


def staff_answered(session: Db, number: str, by: str, *, at: datetime | None = None) -> Case:
    """The person who holds the case has written to the visitor, who no longer waits. Raises Taken, Changed, UnknownCase.

    A visitor who had gone back to the assistant is with the person again.
    """
    now = _now(at)
    conversations.hold_of_case(session, number)
    case = get_case(session, number)
    if case.claimed_by is None:
        raise Changed(number)
    values = {
        "first_answer_at": func.coalesce(handoff_case.c.first_answer_at, now),
        "unanswered_since": None, "reminded_at": None, "escalated_at": None,
    }  # fmt: skip
    case = _change(session, case, by, "answered", values, now, states=("human",))
    conversations.set_state(session, case.conversation, "human")
    return case


def visitor_wrote(db: Db, conversation: str, message: str | None = None, *, at: datetime | None = None) -> None:
    """The visitor has written while a case is open and waits from now on, if not since earlier. For the gateway, in the
    transaction that keeps the message; `message` is its id, by default the last one's."""
    mine = (handoff_case.c.conversation == conversation, handoff_case.c.state.in_(OPEN_STATES))
    db.execute(
        update(handoff_case).where(*mine, handoff_case.c.unanswered_since.is_(None)).values(unanswered_since=_now(at))
    )
    links.visitor_wrote(db, conversation, message)


def close(
    session: Db,
    number: str,
    by: str,
    reason: CloseReason,
    *,
    back_to_assistant: bool = False,
    version: int | None = None,
    force: bool = False,
    at: datetime | None = None,
) -> Case:
    """End a case; the conversation is closed, or at once with the assistant again. Raises Taken, Changed, UnknownCase."""
    conversations.hold_of_case(session, number)
    case = get_case(session, number)
    return _close(
        session, case, by, reason, back_to_assistant=back_to_assistant, version=version, force=force, now=_now(at)
    )


def resume_assistant(session: Db, conversation: str, *, at: datetime | None = None) -> Case | None:
    """The visitor chooses the assistant: a case to be answered by e-mail stays with its desk, another is withdrawn.

    The case that was open, as it is now. Raises UnknownConversation.
    """
    now = _now(at)
    conversations.hold(session, conversation)
    case = open_case_of(session, conversation)
    conversations.set_state(session, conversation, "bot")
    if case is None:
        return None
    if case.reach == "email":
        write_audit(session, case.number, VISITOR, "resumed", None, now)
        return case
    return _close(session, case, VISITOR, "withdrawn", back_to_assistant=True, version=None, force=True, now=now)


def withdraw(session: Db, conversation: str, *, at: datetime | None = None) -> Case | None:
    """The visitor no longer wants a person; the case that was open. Raises UnknownConversation."""
    conversations.hold(session, conversation)
    case = open_case_of(session, conversation)
    if case is None:
        return None
    return _close(session, case, VISITOR, "withdrawn", back_to_assistant=True, version=None, force=True, now=_now(at))


def _give(
    session: Db,
    case: Case,
    by: str,
    holder: str,
    action: str,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
    *,
    version: int | None,
    force: bool = False,
) -> Case:
    """The case in the hands of one person, with whom the visitor is from now on."""
    values = {"state": "human", "claimed_by": holder, "claimed_at": now}
    case = _change(session, case, by, action, values, now, detail, version=version, force=force)
    conversations.set_state(session, case.conversation, "human")
    return case


def _close(
    session: Db,
    case: Case,
    by: str,
    reason: CloseReason,
    *,
    back_to_assistant: bool,
    version: int | None,
    force: bool,
    now: datetime,
) -> Case:
    values = {"state": "closed", "closed_at": now, "close_reason": reason, "unanswered_since": None}
    detail = {"reason": reason, "back_to_assistant": back_to_assistant}
    case = _change(session, case, by, "closed", values, now, detail, version=version, force=force)
    # Whoever went back to the assistant meanwhile stays there.
    after: ConversationState = "bot" if back_to_assistant else "closed"
    conversations.set_state(session, case.conversation, after, only_from=OPEN_STATES)
    links.closed(session, case.number, case.language, by)
    return case


def _change(
    session: Db,
    case: Case,
    by: str,
    action: str,
    values: Mapping[str, Any],
    now: datetime,
    detail: Mapping[str, Any] | None = None,
    *,
    states: tuple[State, ...] = OPEN,
    version: int | None = None,
    force: bool = False,
) -> Case:
    """The case with new values and the next version, if it is as the caller thinks and nobody else holds it."""
    if case.state == "human" and case.claimed_by not in (None, by) and not force:
        raise Taken(case.claimed_by or "")
    if case.state not in states or version not in (None, case.version):
        raise Changed(case.number)
    same = (handoff_case.c.id == case.id, handoff_case.c.version == case.version)
    changed = session.execute(
        update(handoff_case).where(*same).values(**values, version=case.version + 1).returning(handoff_case.c.id)
    )
    if changed.first() is None:
        raise Changed(case.number)
    write_audit(session, case.number, by, action, detail, now)
    return get_case(session, case.number)


def _now(at: datetime | None) -> datetime:
    return (at or datetime.now(UTC)).astimezone(UTC)
