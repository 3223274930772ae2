"""What is put into the outbox about a case; a desk's mail holds nothing that the visitor wrote, a visitor's is sealed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot.handoff.conversations import Db
from bot.handoff.outbox import UNTOUCHED, enqueue, opened, reword, untouched
from bot.handoff.outbox_tables import outbox
from bot.handoff.records import Case
from bot.handoff.tables import handoff_case
from bot.handoff.vault import Vault
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
    vault: Vault,
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
        vault=vault,
    )


def notify_answer(
    db: Db,
    vault: Vault,
    case: Case,
    *,
    message_id: str,
    text: str,
    language: str,
    path: str,
    due: datetime,
    wait: timedelta,
) -> bool:
    """What staff wrote, to be mailed at `due` unless it is withdrawn before; False without an address. Raises CannotOpen.

    No mail leaves before `wait` is over: what is written until then goes into the same mail. `path` leads from our public
    address back into the conversation; `language` is the visitor's. Call with the conversation held.
    """
    sealed = db.execute(select(handoff_case.c.email).where(handoff_case.c.id == case.id)).scalar()
    address = vault.open(sealed)
    if not address:
        return False
    params = {"number": case.number, "answer": text, "path": path}
    if waiting := untouched(db, _answers(case.number)):
        earlier = str(opened(waiting, vault).params["answer"])
        params["answer"] = f"{earlier}\n\n{text}"
        reword(db, waiting.id, params, language, max(waiting.next_at, due), vault)
        return True
    row_id = enqueue(
        db,
        idem_key=f"{_answers(case.number)}{message_id}",
        to=address,
        template="staff_answer",
        language=language,
        params=params,
        vault=vault,
    )
    due = max(due, datetime.now(UTC) + wait)
    db.execute(update(outbox).where(outbox.c.id == row_id, outbox.c.attempts == 0).values(next_at=due))
    return True


def withdraw_answers(db: Db, conversation: str, written_before: datetime) -> int:
    """Take back mails with answers that the visitor has seen in the chat meanwhile; how many."""
    numbers = db.execute(select(handoff_case.c.number).where(handoff_case.c.conversation == conversation)).scalars()
    count = 0
    for number in numbers.all():
        unsent = (
            outbox.c.idem_key.startswith(_answers(number), autoescape=True),
            *UNTOUCHED,
            outbox.c.created_at < written_before,
        )
        count += len(db.execute(delete(outbox).where(*unsent).returning(outbox.c.id)).all())
    return count


def _answers(number: str) -> str:
    return f"case:{number}:answer:"
