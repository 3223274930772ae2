"""What is put into the outbox about a case; a desk's mail holds nothing that the visitor wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from bot.handoff.outbox import enqueue
from bot.handoff.records import Case
from bot.partners.records import Desk

HOUSE_LANGUAGE = "de"


def notify_desk(
    session: Session,
    case: Case,
    desks: Sequence[Desk],
    *,
    key: str,
    desk: str,
    substitutes: Sequence[str] = (),
    template: str = "desk_notice",
    topic: Mapping[str, str] | None = None,
    hours: int | None = None,
) -> None:
    """One mail to a desk, or to the first of its substitutes that has an address if it has none.

    Where nobody has one the row names the desk, so that the relay reports it and it can go out once there is one.
    """
    known = {d.id: d for d in desks}
    reachable = next((known[i] for i in (desk, *substitutes) if i in known and known[i].email), None)
    own = known.get(desk)
    languages = own.languages if own else (HOUSE_LANGUAGE,)
    params = {"number": case.number, "visitor_language": case.language, "topic": dict(topic or {}), "hours": hours}
    enqueue(
        session,
        idem_key=f"case:{case.number}:{key}",
        to=(reachable.email if reachable else None) or f"desk:{desk}",
        template=template,
        language=HOUSE_LANGUAGE if HOUSE_LANGUAGE in languages else next(iter(languages), HOUSE_LANGUAGE),
        params={name: value for name, value in params.items() if value},
    )


def notify_visitor(
    session: Session,
    case: Case,
    address: str,
    *,
    topic: Mapping[str, str] | None = None,
    back: Mapping[str, str] | str | None = None,
) -> None:
    """The receipt, in the visitor's language."""
    params = {
        "number": case.number,
        "topic": dict(topic or {}),
        "back": back if isinstance(back, str) else dict(back or {}),
    }
    enqueue(
        session,
        idem_key=f"case:{case.number}:opened:visitor",
        to=address,
        template="receipt",
        language=case.language,
        params={name: value for name, value in params.items() if value},
    )
