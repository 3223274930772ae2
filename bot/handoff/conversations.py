"""The gateway's conversation as far as a hand-off touches it: its state, and where its history ends.

These are the gateway's tables, named here by column, since a hand-off changes case and conversation in one transaction
and may not import the gateway. Every change of a case holds the conversation's row first, as each turn of the gateway
does: so they come one after the other, in the same order of locks, and on SQLite the first statement is a write, which
waits for other writers instead of failing.
"""

from __future__ import annotations

from sqlalchemy import Connection, column, select, table, update
from sqlalchemy.orm import Session

from bot.handoff.records import ConversationState, UnknownConversation
from bot.handoff.tables import handoff_case

type Db = Session | Connection  # the gateway works with connections

chat_session = table("chat_session", column("conversation"), column("state"), column("channel"))
chat_message = table("chat_message", column("conversation"), column("position"), column("id"))


def hold(db: Db, conversation: str) -> str:
    """Hold a conversation until the transaction ends; its channel. Raises UnknownConversation."""
    same = update(chat_session).where(chat_session.c.conversation == conversation).values(state=chat_session.c.state)
    row = db.execute(same.returning(chat_session.c.channel)).first()
    if row is None:
        raise UnknownConversation
    return str(row.channel)


def hold_of_case(db: Db, number: str) -> None:
    """Hold the conversation of a case, if it is still there."""
    whose = select(handoff_case.c.conversation).where(handoff_case.c.number == number).scalar_subquery()
    db.execute(update(chat_session).where(chat_session.c.conversation == whose).values(state=chat_session.c.state))


def set_state(db: Db, conversation: str, state: ConversationState, *, only_from: tuple[str, ...] = ()) -> None:
    """Where the conversation stands from now on (if it stands where it says); nothing when it is erased."""
    mine = update(chat_session).where(chat_session.c.conversation == conversation)
    if only_from:
        mine = mine.where(chat_session.c.state.in_(only_from))
    db.execute(mine.values(state=state))


def last_message(db: Db, conversation: str) -> str | None:
    """The id of the last message of the history."""
    mine = select(chat_message.c.id).where(chat_message.c.conversation == conversation)
    found = db.execute(mine.order_by(chat_message.c.position.desc()).limit(1)).scalar()
    return None if found is None else str(found)
