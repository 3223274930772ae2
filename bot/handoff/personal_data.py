"""What a visitor may ask for of their cases: all of it as data, or its erasure; and what is old goes by itself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, select, update

from bot.handoff import outbox
from bot.handoff.adapters import links
from bot.handoff.conversations import Db
from bot.handoff.ratings import rating_of
from bot.handoff.reading import cases_of, contact_of, write_audit
from bot.handoff.tables import SEALED, handoff_case, handoff_note, handoff_rating
from bot.handoff.vault import Vault

VISITOR = "visitor"


def export_cases(session: Db, vault: Vault, conversation: str, by: str = VISITOR) -> list[dict[str, Any]]:
    """Everything kept about the cases of a conversation, for JSON: what was told, what became of it, mails sent.

    Notes of staff for each other and who of them did what are not part of it. Raises CannotOpen.
    """
    found = []
    for case in cases_of(session, conversation):
        contact = contact_of(session, vault, case.number, by)
        write_audit(session, case.number, by, "exported")
        mails = outbox.by_key(session, f"case:{case.number}:", vault)
        rated = rating_of(session, vault, case.number)
        found.append(
            {
                "number": case.number, "state": case.state, "language": case.language, "topic": case.topic,
                "shown": list(case.shown), "reach": case.reach, "desk": case.desk, "question": contact.question,
                "email": contact.email, "name": contact.name, "company": contact.company,
                "consent_text": case.consent_text, "consent_at": _iso(case.consent_at),
                "opened_at": _iso(case.opened_at), "first_answer_at": _iso(case.first_answer_at),
                "closed_at": _iso(case.closed_at), "close_reason": case.close_reason,
                "rating": {"rating": rated.rating, "at": _iso(rated.at), "comment": rated.comment} if rated else None,
                "mails": [
                    {"to": m.to, "about": m.template, "state": m.state, "at": _iso(m.created_at), "sent_at": _iso(m.sent_at)}
                    for m in mails if m.to == contact.email
                ],
            }
        )  # fmt: skip
    return found


def erase_cases(session: Db, conversation: str, by: str = VISITOR, *, at: datetime | None = None) -> int:
    """Delete the cases of a conversation with notes and mails, sent or not; how many. The audit trail keeps the numbers."""
    return sum(_erase(session, case.number, by, at) for case in cases_of(session, conversation))


def anonymise_cases(session: Db, conversation: str, by: str = VISITOR, *, at: datetime | None = None) -> int:
    """Keep of a conversation's cases only what figures need (times, desk, language, topic, rating); how many.

    Contact data, the question, notes, comments and mails go, and nothing leads to the conversation any more. A case
    that is open is closed.
    """
    now = at or datetime.now(UTC)
    found = cases_of(session, conversation)
    for case in found:
        links.forget(session, case.number)
        outbox.erase(session, f"case:{case.number}:")
        session.execute(delete(handoff_note).where(handoff_note.c.case_id == case.id))
        session.execute(update(handoff_rating).where(handoff_rating.c.case_id == case.id).values(comment=None))
        closed = {} if case.state == "closed" else {"state": "closed", "closed_at": now, "close_reason": "withdrawn"}
        values = {
            "conversation": f"erased:{case.number}", "idem_key": case.number, "transcript_until": None, "shown": [],
            "name": None, "company": None, "email": None, "question": None, "unanswered_since": None,
            "version": case.version + 1, **closed,
        }  # fmt: skip
        session.execute(update(handoff_case).where(handoff_case.c.id == case.id).values(**values))
        write_audit(session, case.number, by, "anonymised", None, now)
    return len(found)


def purge_cases(session: Db, before: datetime, *, dry_run: bool = False) -> int:
    """Delete cases that were closed before a time, as `erase_cases` does; how many there were."""
    old = (handoff_case.c.state == "closed", handoff_case.c.closed_at < before)
    numbers = list(session.scalars(select(handoff_case.c.number).where(*old)))
    if not dry_run:
        for number in numbers:
            _erase(session, number, "retention", None)
    return len(numbers)


def reseal(session: Db, vault: Vault) -> int:
    """Seal everything anew under the vault's first key, so that an older key can be taken away; how many texts."""
    done = 0
    for table, names in SEALED.items():
        for row in session.execute(select(table)).all():
            fresh = {
                name: vault.seal(vault.open(row._mapping[name])) for name in names if row._mapping[name] is not None
            }
            if fresh:
                session.execute(update(table).where(table.c.id == row.id).values(**fresh))
                done += len(fresh)
    return done


def _erase(session: Db, number: str, by: str, at: datetime | None) -> int:
    links.forget(session, number)
    outbox.erase(session, f"case:{number}:")
    session.execute(delete(handoff_case).where(handoff_case.c.number == number))
    write_audit(session, number, by, "erased", None, at)
    return 1


def _iso(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z") if at else None
