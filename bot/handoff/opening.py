"""Opening a case: the case, where its transcript ends, the conversation's state and the mails, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from bot.handoff import conversations
from bot.handoff.adapters import links
from bot.handoff.notices import notify_desk, notify_visitor
from bot.handoff.numbers import new_number
from bot.handoff.reading import case_opened_by, get_case, open_case_of, write_audit
from bot.handoff.records import Opened, Request, TooManyCases
from bot.handoff.routing import Route
from bot.handoff.tables import handoff_case
from bot.handoff.vault import Vault
from bot.partners.records import Desk

MOST_AN_HOUR = 3
VISITOR = "visitor"


def open_case(
    session: Session,
    vault: Vault,
    request: Request,
    route: Route,
    desks: Sequence[Desk],
    *,
    topic_names: Mapping[str, str] | None = None,
    back: Mapping[str, str] | str | None = None,
    helpdesk: str = links.BUILTIN,
    at: datetime | None = None,
) -> Opened:
    """The case for a request, with the notice to the desk and, for an answer by e-mail, the visitor's receipt.

    The same key gives the same case, whatever became of it; any other key gives the one that is open, if there is one,
    to which the conversation then returns. `topic_names` and `back` (when people are there again, in words) go into the mails, by language.
    `helpdesk` is where the case is opened besides (HELPDESK).
    Call it first in its transaction, and say that it worked only after the commit. Raises UnknownConversation and
    TooManyCases.
    """
    now = (at or datetime.now(UTC)).astimezone(UTC)
    channel = conversations.hold(session, request.conversation)
    repeated = case_opened_by(session, request.conversation, request.idem_key)
    if repeated is not None:
        return Opened(repeated, new=False)
    earlier = open_case_of(session, request.conversation)
    if earlier is not None:
        conversations.set_state(session, request.conversation, "human" if earlier.state == "human" else "waiting")
        return Opened(earlier, new=False)
    _limit(session, request.conversation, now)
    number = _free_number(session)
    contact = request.contact
    values = {
        "number": number,
        "conversation": request.conversation,
        "idem_key": request.idem_key,
        "state": "waiting",
        "version": 1,
        "trigger": request.trigger,
        "channel": channel,
        "language": request.language,
        "topic": request.topic,
        "shown": list(request.shown),
        "reach": request.reach,
        "name": vault.seal(contact.name or None),
        "company": vault.seal(contact.company or None),
        "email": vault.seal(contact.email or None),
        "question": vault.seal(contact.question),
        "consent_text": request.consent_text,
        "consent_at": now if request.consent_text else None,
        "transcript_until": conversations.last_message(session, request.conversation),
        "desk": route.desk,
        "deputy": route.deputy,
        "desk_since": now,
        "opened_at": now,
        "unanswered_since": now,
    }
    session.execute(insert(handoff_case).values(values))
    case = get_case(session, number)
    conversations.set_state(session, request.conversation, "waiting")
    detail = {"desk": route.desk, "why": route.why, "trigger": request.trigger, "reach": request.reach}
    write_audit(session, number, VISITOR, "opened", detail, now)
    substitutes = [desk for desk in (route.deputy, route.default) if desk]
    notify_desk(session, case, desks, key="opened:desk", desk=route.desk, substitutes=substitutes, topic=topic_names)
    if request.reach == "email" and contact.email:
        notify_visitor(session, case, contact.email, vault=vault, topic=topic_names, back=back)
    links.start(session, helpdesk, number, request.conversation, case.language)
    return Opened(case, new=True)


def _limit(session: Session, conversation: str, now: datetime) -> None:
    recent = (handoff_case.c.conversation == conversation, handoff_case.c.opened_at > now - timedelta(hours=1))
    if (session.scalar(select(func.count()).select_from(handoff_case).where(*recent)) or 0) >= MOST_AN_HOUR:
        raise TooManyCases


def _free_number(session: Session) -> str:
    while True:
        number = new_number()
        if session.scalar(select(handoff_case.c.id).where(handoff_case.c.number == number)) is None:
            return number
