"""Which conversations an operator means: by number of a case, by id, or by the e-mail address of a case."""

from __future__ import annotations

from sqlalchemy import Connection, select

from bot.gateway.tables import chat_session
from bot.handoff.numbers import read_number
from bot.handoff.tables import handoff_case
from bot.handoff.vault import Vault


def conversations(db: Connection, vault: Vault, key: str) -> list[str]:
    """The conversations of a key, the latest case first; raises CannotOpen for an address without the right CASE_KEY."""
    key = key.strip()
    if "@" in key:
        return _by_address(db, vault, key.casefold())
    if number := read_number(key):
        found = db.scalars(select(handoff_case.c.conversation).where(handoff_case.c.number == number))
        return list(found)
    chats = db.scalars(select(chat_session.c.conversation).where(chat_session.c.conversation == key))
    cases = db.scalars(select(handoff_case.c.conversation).where(handoff_case.c.conversation == key))
    return list(dict.fromkeys([*chats, *cases]))


def _by_address(db: Connection, vault: Vault, address: str) -> list[str]:
    # Sealed addresses look different each time, so all of them are opened.
    query = select(handoff_case.c.conversation, handoff_case.c.email).where(handoff_case.c.email.is_not(None))
    rows = db.execute(query.order_by(handoff_case.c.id.desc()))
    return list(dict.fromkeys(row.conversation for row in rows if (vault.open(row.email) or "").casefold() == address))
