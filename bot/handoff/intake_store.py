"""Before the form begins: whether the visitor already waits for somebody."""

from __future__ import annotations

from bot.handoff import conversations
from bot.handoff.conversations import Db
from bot.handoff.reading import open_case_of
from bot.handoff.records import Case


def rejoin(db: Db, conversation: str) -> Case | None:
    """The open case of a conversation, which is with the people of that case again. Raises UnknownConversation."""
    conversations.hold(db, conversation)
    case = open_case_of(db, conversation)
    if case is not None:
        conversations.set_state(db, conversation, "human" if case.state == "human" else "waiting")
    return case
