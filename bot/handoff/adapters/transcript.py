"""What a help desk is told about a case, read from the conversation, whose table is the gateway's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import column, select, table

from bot.handoff.adapters.desk import Opening
from bot.handoff.conversations import Db
from bot.handoff.reading import contact_of, find_case
from bot.handoff.records import Case, Contact
from bot.handoff.summary import Summary, summarise
from bot.handoff.vault import Vault

MOST_LINES = 100

_message = table(
    "chat_message", *(column(name) for name in ("conversation", "position", "id", "author", "language", "text"))
)


@dataclass(frozen=True)
class Line:
    """One message of the conversation."""

    author: str
    language: str
    text: str


class Texts(Protocol):
    """The words of what staff of a help desk read, in one language."""

    def title(self, case: Case, language: str) -> str:
        """One line, with the number of the case as a word of its own."""

    def note(self, case: Case, contact: Contact, summary: Summary, lines: Sequence[Line], language: str) -> str:
        """Who asks, about what, and the conversation so far."""

    def late(self, language: str) -> str:
        """That an answer came when the case was closed."""

    def answered_here(self, text: str, language: str) -> str:
        """What was written to the visitor elsewhere than at the help desk."""

    def someone(self, language: str) -> str:
        """What the visitor sees of a person whose name is not given."""


def opening(
    db: Db, vault: Vault, texts: Texts, number: str, until: str | None, language: str, by: str
) -> Opening | None:
    """Everything about a case up to a message, and in the audit trail who got it; None when it is erased.

    Raises CannotOpen.
    """
    case = find_case(db, number)
    if case is None:
        return None
    contact = contact_of(db, vault, number, by)
    lines = _lines(db, case.conversation, until)
    summary = summarise(
        lines, fallback_language=case.language, topic=case.topic, shown=case.shown, organisations=case.shown
    )
    return Opening(
        number=number,
        language=case.language,
        topic=case.topic,
        title=texts.title(case, language),
        note=texts.note(case, contact, summary, lines, language),
        question=contact.question,
        name=contact.name,
        email=contact.email,
    )


def said(db: Db, number: str, message: str) -> str | None:
    """The text of one message of the conversation that a case belongs to."""
    case = find_case(db, number)
    if case is None:
        return None
    mine = (_message.c.conversation == case.conversation, _message.c.id == message)
    found = db.execute(select(_message.c.text).where(*mine)).scalar()
    return None if found is None else str(found)


def _lines(db: Db, conversation: str, until: str | None) -> list[Line]:
    """The last messages up to one, oldest first."""
    mine = select(_message).where(_message.c.conversation == conversation)
    if until is not None:
        last = select(_message.c.position).where(_message.c.conversation == conversation, _message.c.id == until)
        mine = mine.where(_message.c.position <= last.scalar_subquery())
    rows = db.execute(mine.order_by(_message.c.position.desc()).limit(MOST_LINES)).all()
    return [Line(row.author, row.language, row.text) for row in reversed(rows)]
