"""Every message id is taken in once: written before anything is done with it, and answered from here when repeated."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.gateway import history
from bot.gateway.choices import Choices
from bot.gateway.sessions import as_utc
from bot.gateway.tables import REFUSED, chat_session, inbox_entry

# A message whose outcome is unknown goes to the core again before a later one does; a message that never comes to an
# end may hold its conversation up for so long, not for ever.
UNSETTLED_FOR = timedelta(minutes=15)

_OF_THIS = inbox_entry.c.conversation == bindparam("this")
_THIS = _OF_THIS & (inbox_entry.c.message_id == bindparam("message"))
_OPEN = inbox_entry.c.answered_at.is_(None)
_ENTER = {
    "sqlite": sqlite.insert(inbox_entry).on_conflict_do_nothing().returning(inbox_entry.c.message_id),
    "postgresql": postgresql.insert(inbox_entry).on_conflict_do_nothing().returning(inbox_entry.c.message_id),
}
_ENTRIES = select(inbox_entry, chat_session.c.language, chat_session.c.channel, chat_session.c.state.label("now")).join(
    chat_session, chat_session.c.conversation == inbox_entry.c.conversation
)
_FIND = _ENTRIES.where(_THIS)
_UNSETTLED = _ENTRIES.where(
    _OF_THIS,
    _OPEN,
    inbox_entry.c.state.is_(None),
    inbox_entry.c.received_at >= bindparam("since"),
    inbox_entry.c.received_at < bindparam("until"),
).order_by(inbox_entry.c.received_at)
_SET_ANSWERED = update(inbox_entry).where(_THIS, _OPEN).values(answered_at=bindparam("at"), state=bindparam("stood"))
_SET_STATE = update(inbox_entry).where(_THIS, _OPEN).values(state=bindparam("stood"))


@dataclass(frozen=True)
class Incoming:
    """One message from a visitor on any channel: words (already cleaned) or a pressed button."""

    conversation: str
    message_id: str
    text: str | None = None
    choice: str | None = None


@dataclass(frozen=True)
class Entry:
    """A message as taken in, with where its conversation stands; `fresh` if this was the first time.

    `refused` when the core has certainly not taken it; neither `answered` nor `refused` leaves that open.
    """

    conversation: str
    message_id: str
    received_at: datetime
    text: str
    choice: dict[str, Any] | None
    answered: bool
    answered_state: str | None
    refused: bool
    fresh: bool
    language: str
    channel: str
    state: str


def receive(db: Connection, choices: Choices, incoming: Incoming) -> Entry:
    """Take a message in, or find it again. Raises history.ConversationGone, choices.ChoiceUnavailable."""
    conversation, message_id = incoming.conversation, incoming.message_id
    text, intent, entities = incoming.text or "", None, None
    if incoming.choice is not None:
        known = _row(db, conversation, message_id)  # its repeat is answered even when the button is no longer offered
        if known is not None:
            return _entry(known)
        pressed = choices.resolve(db, conversation, incoming.choice)
        text, intent, entities = pressed.title, pressed.intent, pressed.entities
    now = datetime.now(UTC)
    row = {
        "conversation": conversation,
        "message_id": message_id,
        "received_at": now,
        "text": text,
        "intent": intent,
        "entities": entities,
    }
    if db.execute(_ENTER[db.dialect.name], row).first() is None:
        return find(db, conversation, message_id)
    chat = history.advance(db, conversation, 1 if text else 0)
    if text:
        said = history.Draft("visitor", chat.language, text, id=message_id)
        history.write(db, conversation, chat.last_position, [said])
    choice = _choice(intent, entities)
    return Entry(
        conversation, message_id, now, text, choice, False, None, False, True, chat.language, chat.channel, chat.state
    )


def find(db: Connection, conversation: str, message_id: str) -> Entry:
    """The message as it stands now; raises history.ConversationGone."""
    row = _row(db, conversation, message_id)
    if row is None:
        raise history.ConversationGone
    return _entry(row)


def unsettled(db: Connection, entry: Entry) -> list[Entry]:
    """Messages received before this one of which nobody knows whether the core has taken them, oldest first."""
    since = entry.received_at - UNSETTLED_FOR
    rows = db.execute(_UNSETTLED, {"this": entry.conversation, "since": since, "until": entry.received_at})
    return [_entry(row) for row in rows]


def mark_answered(db: Connection, conversation: str, message_id: str, state: str) -> bool:
    """From now on a repeat of this id gets the stored answer, with the state it was given in; False if it did before."""
    values = {"this": conversation, "message": message_id, "at": datetime.now(UTC), "stood": state}
    return bool(db.execute(_SET_ANSWERED, values).rowcount)


def mark_refused(db: Connection, conversation: str, message_id: str) -> None:
    """Note that the core has certainly not taken an open message."""
    db.execute(_SET_STATE, {"this": conversation, "message": message_id, "stood": REFUSED})


def mark_open(db: Connection, conversation: str, message_id: str) -> None:
    """Forget a refusal, before the core is asked again."""
    db.execute(_SET_STATE, {"this": conversation, "message": message_id, "stood": None})


def _row(db: Connection, conversation: str, message_id: str) -> Row[Any] | None:
    return db.execute(_FIND, {"this": conversation, "message": message_id}).first()


def _entry(row: Row[Any]) -> Entry:
    answered = row.answered_at is not None
    return Entry(
        row.conversation,
        row.message_id,
        as_utc(row.received_at),
        row.text,
        _choice(row.intent, row.entities),
        answered,
        row.state if answered else None,
        not answered and row.state == REFUSED,
        False,
        row.language,
        row.channel,
        row.now,
    )


def _choice(intent: str | None, entities: dict[str, Any] | None) -> dict[str, Any] | None:
    return {"intent": intent, "entities": entities or {}} if intent else None
