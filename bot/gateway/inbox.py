"""Every message id is taken in once: written before anything is done with it, and answered from here when repeated."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.gateway import history
from bot.gateway.choices import Choices
from bot.gateway.tables import ChatSession, InboxEntry


@dataclass(frozen=True)
class Incoming:
    """One message from a visitor on any channel: words (already cleaned) or a pressed button."""

    conversation: str
    message_id: str
    text: str | None = None
    choice: str | None = None


@dataclass(frozen=True)
class Entry:
    """A message as taken in, with where its conversation stands; `fresh` if this was the first time."""

    text: str
    choice: dict[str, Any] | None
    answered: bool
    answered_state: str | None
    fresh: bool
    language: str
    channel: str
    state: str


def receive(db: Session, choices: Choices, incoming: Incoming) -> Entry:
    """Take a message in, or find it again. Raises history.ConversationGone, choices.ChoiceUnavailable."""
    chat = _locked(db, incoming.conversation)
    row = db.get(InboxEntry, (incoming.conversation, incoming.message_id))
    if row is not None:
        return _entry(row, chat, fresh=False)
    text, intent, entities = incoming.text or "", None, None
    if incoming.choice is not None:
        pressed = choices.resolve(db, incoming.conversation, incoming.choice)
        text, intent, entities = pressed.title, pressed.intent, pressed.entities
    row = InboxEntry(
        conversation=incoming.conversation,
        message_id=incoming.message_id,
        received_at=datetime.now(UTC),
        text=text,
        intent=intent,
        entities=entities,
    )
    db.add(row)
    if text:
        history.append(
            db, incoming.conversation, [history.Draft("visitor", chat.language, text, id=incoming.message_id)]
        )
    return _entry(row, chat, fresh=True)


def find(db: Session, conversation: str, message_id: str) -> Entry:
    """The message as it stands now; raises history.ConversationGone."""
    row = db.get(InboxEntry, (conversation, message_id))
    chat = db.get(ChatSession, conversation)
    if row is None or chat is None:
        raise history.ConversationGone
    return _entry(row, chat, fresh=False)


def mark_answered(db: Session, conversation: str, message_id: str, state: str) -> None:
    """From now on a repeat of this id gets the stored answer, with the state it was given in."""
    db.execute(
        update(InboxEntry)
        .where(InboxEntry.conversation == conversation, InboxEntry.message_id == message_id)
        .values(answered_at=datetime.now(UTC), state=state)
    )


def _locked(db: Session, conversation: str) -> ChatSession:
    """The session row, written to first: repeats of one id queue here, on SQLite and on PostgreSQL."""
    chat: ChatSession | None = db.scalar(
        update(ChatSession)
        .where(ChatSession.conversation == conversation)
        .values(last_position=ChatSession.last_position)
        .returning(ChatSession)
    )
    if chat is None:
        raise history.ConversationGone
    return chat


def _entry(row: InboxEntry, chat: ChatSession, *, fresh: bool) -> Entry:
    choice = {"intent": row.intent, "entities": row.entities or {}} if row.intent else None
    return Entry(
        row.text, choice, row.answered_at is not None, row.state, fresh, chat.language, chat.channel, chat.state
    )
