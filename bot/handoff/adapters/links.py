"""What a case means for the help desk that it is linked to: rows of the outbox, in the transaction that causes them.

All functions leave a case alone that is not linked, so callers need not know whether there is a help desk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, exists, insert, select, update

from bot.handoff.adapters.tables import handoff_link
from bot.handoff.conversations import Db, last_message
from bot.handoff.notices import HOUSE_LANGUAGE
from bot.handoff.outbox import enqueue
from bot.handoff.tables import OPEN_STATES, handoff_case

BUILTIN = "builtin"
OPENED, SAID, STAFF, CLOSED, LATE, ERASED = "opened", "said", "staff", "closed", "late", "erased"


@dataclass(frozen=True)
class Link:
    """A case and its conversation there; see HelpdeskLink."""

    number: str
    helpdesk: str
    remote: str | None
    reached: int
    seen: int
    person: str | None


def start(db: Db, helpdesk: str, number: str, conversation: str, language: str) -> None:
    """Link a case that was just opened and have it opened there; nothing for the built-in desk."""
    if helpdesk == BUILTIN:
        return
    db.execute(insert(handoff_link).values(number=number, helpdesk=helpdesk, remote=None, reached=0, seen=0))
    _row(db, helpdesk, number, language, OPENED, params={"until": last_message(db, conversation)})


def adopt(db: Db, helpdesk: str) -> int:
    """Link the open cases that are not yet, e.g. from before the help desk was configured; how many."""
    linked = exists().where(handoff_link.c.number == handoff_case.c.number)
    query = select(handoff_case.c.number, handoff_case.c.conversation, handoff_case.c.language)
    found = db.execute(query.where(handoff_case.c.state.in_(OPEN_STATES), ~linked)).all()
    for row in found:
        start(db, helpdesk, *row)
    return len(found)


def visitor_wrote(db: Db, conversation: str, message: str | None = None) -> None:
    """Pass a message of the visitor on to where the open case of the conversation is; by default the last one."""
    mine = (handoff_case.c.conversation == conversation, handoff_case.c.state.in_(OPEN_STATES))
    query = select(handoff_link.c.helpdesk, handoff_case.c.number, handoff_case.c.language)
    row = db.execute(query.join_from(handoff_link, handoff_case, _SAME).where(*mine)).first()
    message = message or (last_message(db, conversation) if row else None)
    if row and message:
        _row(db, *row, SAID, message, {"message": message})


def staff_wrote(db: Db, number: str, language: str, by: str, message: str) -> None:
    """Show there what somebody of the staff wrote here, so that nobody there answers a second time."""
    link = find(db, number)
    if link and link.helpdesk != by:
        _row(db, link.helpdesk, number, language, STAFF, message, {"message": message})


def closed(db: Db, number: str, language: str, by: str) -> None:
    """Close it there too, unless it was closed from there."""
    link = find(db, number)
    if link and link.helpdesk != by:
        _row(db, link.helpdesk, number, language, CLOSED)


def forget(db: Db, number: str) -> None:
    """Have everything about a case erased there; before the case's own rows of the outbox are."""
    link = find(db, number)
    if link is None:
        return
    db.execute(delete(handoff_link).where(handoff_link.c.number == number))
    erase_there(db, link.helpdesk, number, link.remote)


def erase_there(db: Db, helpdesk: str, number: str, remote: str | None, *, late: bool = False) -> None:
    """Have it deleted there; `late` for what was written there while it was being erased here."""
    enqueue(
        db,
        idem_key=f"erased:{number}:helpdesk" + (":late" if late else ""),
        to=number,
        template=ERASED,
        language=HOUSE_LANGUAGE,
        params={"remote": remote} if remote else {},
        channel=helpdesk,
    )


def answered_late(db: Db, link: Link, answer: int) -> None:
    """Somebody answered there when the case was closed here, and is told that the visitor will not see it."""
    _row(db, link.helpdesk, link.number, HOUSE_LANGUAGE, LATE, str(answer))


def find(db: Db, number: str) -> Link | None:
    """The link of a case."""
    return _link(db.execute(select(handoff_link).where(handoff_link.c.number == number)).first())


def by_remote(db: Db, helpdesk: str, remote: str) -> Link | None:
    """The link of a conversation there; None: it is none of ours."""
    mine = (handoff_link.c.helpdesk == helpdesk, handoff_link.c.remote == remote)
    return _link(db.execute(select(handoff_link).where(*mine)).first())


def open_links(db: Db, helpdesk: str) -> list[Link]:
    """Links of open cases whose conversation there is known, oldest first."""
    query = select(handoff_link).join_from(handoff_link, handoff_case, _SAME)
    mine = (handoff_link.c.helpdesk == helpdesk, handoff_link.c.remote.is_not(None))
    rows = db.execute(query.where(*mine, handoff_case.c.state.in_(OPEN_STATES)).order_by(handoff_case.c.id))
    return [link for row in rows if (link := _link(row))]


def mark(db: Db, number: str, **values: Any) -> bool:
    """Write remote, reached, seen or person; False when the case was erased meanwhile."""
    changed = update(handoff_link).where(handoff_link.c.number == number).values(**values)
    return db.execute(changed.returning(handoff_link.c.number)).first() is not None


_SAME = handoff_link.c.number == handoff_case.c.number


def _row(
    db: Db,
    helpdesk: str,
    number: str,
    language: str,
    what: str,
    which: str = "",
    params: Mapping[str, Any] | None = None,
) -> None:
    enqueue(
        db,
        idem_key=f"case:{number}:helpdesk:{what}" + (f":{which}" if which else ""),
        to=number,
        template=what,
        language=language,
        params=dict(params or {}),
        channel=helpdesk,
    )


def _link(row: Row[Any] | None) -> Link | None:
    return None if row is None else Link(row.number, row.helpdesk, row.remote, row.reached, row.seen, row.person)
